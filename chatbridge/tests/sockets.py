"""A browser as the bridge sees it: a websocket of the `websockets` library, and somebody with a key who uses it."""

import asyncio
import contextlib
import json
import secrets
import struct
import urllib.request
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from devstack.stack import Stack
from kezproto.canonical import canonical_bytes
from kezproto.handles import Handle
from kezproto.keys import SigningKey
from kezproto.registration import registration_payload
from kezproto.session import session_payload
from kezproto.signed import sign

SERVER = "kez.lat"
SUBPROTOCOL = "kez.v2"
LIMIT = 30.0


@dataclass
class Chatter:
    """Somebody registered, with a key of their own."""

    local: str = field(default_factory=lambda: f"c-{secrets.token_hex(8)}")
    key: SigningKey = field(default_factory=lambda: SigningKey(secrets.token_bytes(32)))
    device: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def handle(self) -> Handle:
        return Handle(self.local, SERVER)

    @property
    def raw(self) -> bytes:
        return self.key.primary.raw

    def another_device(self) -> "Chatter":
        return Chatter(self.local, self.key)

    def register(self, stack: Stack) -> "Chatter":
        now = datetime.now(UTC)
        payload = registration_payload(handle=self.handle, primary=self.key.primary, created_at=now)
        body = canonical_bytes(sign("handle_registration", payload, self.key))
        request = urllib.request.Request(  # noqa: S310 - loopback, http only
            f"{stack.base_url}/v1/register", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            assert answer.status == 201
        return self

    def session(
        self,
        challenge: str,
        *,
        server: str = SERVER,
        local: str | None = None,
        age: timedelta = timedelta(),
        signer: SigningKey | None = None,
    ) -> dict[str, Any]:
        """The signed answer to a challenge, with any part of it wrong."""
        payload = session_payload(
            handle=Handle(local or self.local, server),
            primary=self.key.primary,
            challenge=challenge,
            created_at=datetime.now(UTC) - age,
        )
        document = sign("session", payload, self.key)
        if signer is not None:
            sig = signer.sign(canonical_bytes(payload)).hex()
            document["signature"] |= {"key": str(signer.primary), "sig": sig}
        return document


def publish_frame(*items: tuple[int, bytes, bytes, bytes]) -> bytes:
    """Each item: ref, recipient (32 bytes), message id (16 bytes), envelope."""
    parts = [b"\x01"]
    for ref, recipient, msg_id, envelope in items:
        parts += (struct.pack(">I32s16sI", ref, recipient, msg_id, len(envelope)), envelope)
    return b"".join(parts)


def chunk_message(ref: int, msg_id: bytes, frame: bytes) -> bytes:
    """`frame`: a chunk of a file, as `kezproto.file_chunks` has it."""
    return b"\x04" + struct.pack(">I16s", ref, msg_id) + frame


def ack_frame(*seqs: int) -> bytes:
    return b"\x02" + struct.pack(f">{len(seqs)}Q", *seqs)


@dataclass(frozen=True)
class Delivery:
    seq: int
    envelope: bytes
    pending: int


class Browser:
    """One websocket. Frames are read in the background and kept by kind; pings are answered."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.texts: defaultdict[str, asyncio.Queue[dict[str, Any]]] = defaultdict(asyncio.Queue)
        self.deliveries: asyncio.Queue[Delivery] = asyncio.Queue()
        self.published: asyncio.Queue[tuple[int, int, bool]] = asyncio.Queue()
        self.answers: asyncio.Queue[tuple[int, str]] = asyncio.Queue()
        self.signals: asyncio.Queue[bytes] = asyncio.Queue()
        self.closed = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None

    def read(self) -> None:
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for data in self.connection:
                if isinstance(data, str):
                    await self._take_text(json.loads(data))
                else:
                    self._take_binary(data)
        except ConnectionClosed:
            pass
        finally:
            self.closed.set()

    async def _take_text(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "ping":
            await self.say("pong", n=frame["n"])
        if frame["type"] == "refused":
            for ref in frame["refs"]:
                self.answers.put_nowait((ref, frame["code"]))
        self.texts[frame["type"]].put_nowait(frame)

    def _take_binary(self, data: bytes) -> None:
        if data[0] == 0x82:
            for ref, seq, flag in struct.iter_unpack(">IQB", data[1:]):
                self.published.put_nowait((ref, seq, bool(flag)))
                self.answers.put_nowait((ref, "stored"))
        elif data[0] == 0x83:
            self.signals.put_nowait(data[1:])
        else:
            assert data[0] == 0x81
            (pending,) = struct.unpack_from(">I", data, 1)
            at = 5
            while at < len(data):
                seq, size = struct.unpack_from(">QI", data, at)
                self.deliveries.put_nowait(Delivery(seq, data[at + 12 : at + 12 + size], pending))
                at += 12 + size

    async def say(self, kind: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": kind, **fields}))

    async def expect(self, kind: str) -> dict[str, Any]:
        """The next text frame of this type; AssertionError if the socket was closed instead."""
        frame = asyncio.ensure_future(self.texts[kind].get())
        closed = asyncio.ensure_future(self.closed.wait())
        try:
            done, _ = await asyncio.wait([frame, closed], timeout=LIMIT, return_when="FIRST_COMPLETED")
            assert done, f"no {kind} within {LIMIT} s"
            assert frame.done(), f"closed with {self.connection.close_code}: {self.texts['error']}"
            return frame.result()
        finally:
            frame.cancel()
            closed.cancel()

    async def introduce(self, chatter: Chatter) -> dict[str, Any]:
        """Answers the challenge; what `ready` said."""
        hello = await self.expect("hello")
        await self.say("session", device=chatter.device, session=chatter.session(hello["challenge"]))
        return await self.expect("ready")

    async def publish(self, *items: tuple[int, bytes, bytes, bytes]) -> None:
        await self.connection.send(publish_frame(*items))

    async def send_chunk(self, ref: int, msg_id: bytes, frame: bytes) -> None:
        await self.connection.send(chunk_message(ref, msg_id, frame))

    async def outcome(self) -> tuple[int, int, bool]:
        """The next publish that was stored: ref, seq, duplicate."""
        async with asyncio.timeout(LIMIT):
            return await self.published.get()

    async def answer(self) -> tuple[int, str]:
        """What became of the next publish: ref, and "stored" or the code of the refusal."""
        async with asyncio.timeout(LIMIT):
            return await self.answers.get()

    async def take(self, count: int) -> list[Delivery]:
        """The next deliveries, unacknowledged."""
        async with asyncio.timeout(LIMIT):
            return [await self.deliveries.get() for _ in range(count)]

    async def take_and_ack(self, count: int) -> list[Delivery]:
        """The next deliveries, each acknowledged as it comes."""
        taken: list[Delivery] = []
        async with asyncio.timeout(LIMIT):
            while len(taken) < count:
                some = [await self.deliveries.get()]
                while not self.deliveries.empty():
                    some.append(self.deliveries.get_nowait())
                await self.ack([each.seq for each in some])
                taken += some
        return taken

    async def ack(self, seqs: Sequence[int]) -> None:
        await self.connection.send(ack_frame(*seqs))

    async def close_code(self) -> int | None:
        """Waits until the server has closed it."""
        async with asyncio.timeout(LIMIT):
            await self.closed.wait()
        return self.connection.close_code

    async def refusal(self) -> tuple[str, int | None]:
        """The code of the error that closes it, and the close code."""
        code = await self.close_code()
        return (await self.expect("error"))["code"], code

    async def close(self) -> None:
        await self.connection.close()
        if self._reader is not None:
            await self._reader


async def publish_many(
    sender: Browser, to: Chatter, envelopes: list[bytes], *, window: int = 64, per_frame: int = 16
) -> None:
    """All of them, about `window` on their way at a time; returns when each is stored."""
    numbered = list(enumerate(envelopes))
    under_way = 0
    for start in range(0, len(numbered), per_frame):
        some = numbered[start : start + per_frame]
        await sender.publish(*((ref, to.raw, new_id(), envelope) for ref, envelope in some))
        under_way += len(some)
        while under_way > window:
            await sender.outcome()
            under_way -= 1
    for _ in range(under_way):
        await sender.outcome()


def address(stack: Stack, port: int | None = None) -> str:
    return f"ws://localhost:{port or stack.ports.web}/ws"


@contextlib.asynccontextmanager
async def socket(stack: Stack, *, port: int | None = None, **options: Any) -> AsyncIterator[Browser]:
    """A websocket that has not answered the challenge; `port` is that of another web process."""
    settings = {"origin": stack.base_url, "subprotocols": [SUBPROTOCOL], "max_size": None, **options}
    async with connect(address(stack, port), open_timeout=LIMIT, **settings) as connection:
        browser = Browser(connection)
        browser.read()
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def online(stack: Stack, chatter: Chatter, **options: Any) -> AsyncIterator[Browser]:
    """A websocket that is ready."""
    async with socket(stack, **options) as browser:
        await browser.introduce(chatter)
        yield browser


def new_id() -> bytes:
    return secrets.token_bytes(16)
