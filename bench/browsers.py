"""Browsers as far as the bridge can tell: websockets that have shown their key."""

import asyncio
import json
import os
import struct
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from devstack.ports import HOST
from kezproto.handles import Handle
from kezproto.keys import SigningKey
from kezproto.session import session_payload
from kezproto.signed import sign

LIMIT_SECONDS = 120.0
OPENED_AT_ONCE = 8

# The limits of one socket would be all that is measured.
NO_LIMITS = {
    "KEZ_WS_FRAMES_PER_SECOND": "1000000",
    "KEZ_WS_PUBLISH_PER_SECOND": "1000000",
    "KEZ_WS_BYTES_PER_SECOND": "1000000000",
}


@dataclass(slots=True)
class Browser:
    """Between `rest` and `wake` it only answers pings, as a page does that nobody writes to."""

    socket: ClientConnection
    key: SigningKey
    _resting: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, port: int, key: SigningKey, handle: Handle) -> "Browser":
        """A socket that is ready."""
        address = f"ws://{HOST}:{port}/ws"
        socket = await connect(
            address,
            subprotocols=["kez.v2"],  # type: ignore[list-item]
            compression=None,
            max_size=None,
            open_timeout=LIMIT_SECONDS,
            ping_interval=None,
        )
        challenge = json.loads(await socket.recv())["challenge"]
        now = datetime.now(UTC)
        payload: dict[str, Any] = session_payload(
            handle=handle, primary=key.primary, challenge=challenge, created_at=now
        )
        answer = {"type": "session", "device": os.urandom(8).hex(), "session": sign("session", payload, key)}
        await socket.send(json.dumps(answer))
        told = json.loads(await socket.recv())
        assert told["type"] == "ready", told
        return cls(socket, key)

    async def publish(self, ref: int, to: "Browser", envelope: bytes) -> None:
        head = struct.pack(">BI32s16sI", 1, ref, to.key.primary.raw, os.urandom(16), len(envelope))
        await self.socket.send(head + envelope)

    async def confirmed(self) -> int:
        """Waits for a frame that says that messages are stored; of how many."""
        return len(await self._binary(0x82)) // 13

    async def hears_itself(self, began: float) -> float:
        """Both frames of a message to the own inbox, in any order: seconds until it was delivered."""
        seconds = 0.0
        for _ in range(2):
            data = await self._binary()
            if data[0] == 0x81:
                seconds = time.perf_counter() - began
                await self.acknowledge(struct.unpack_from(">Q", data, 5))
        return seconds

    async def deliveries(self) -> list[int]:
        data = await self._binary(0x81)
        seqs, at = [], 5
        while at < len(data):
            seq, size = struct.unpack_from(">QI", data, at)
            seqs.append(seq)
            at += 12 + size
        return seqs

    async def acknowledge(self, seqs: Sequence[int]) -> None:
        await self.socket.send(struct.pack(f">B{len(seqs)}Q", 2, *seqs))

    def rest(self) -> None:
        self._resting = asyncio.create_task(self._rest())

    async def wake(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            await asyncio.wait([self._resting])
            self._resting = None

    async def _rest(self) -> None:
        while True:
            await self._text(json.loads(await self.socket.recv()))

    async def close(self) -> None:
        await self.wake()
        await self.socket.close()

    async def _binary(self, kind: int | None = None) -> bytes:
        """The next frame, which must be of this kind; pings on the way are answered, a refusal ends the bench."""
        while True:
            data = await self.socket.recv()
            if isinstance(data, bytes):
                assert kind in (None, data[0])
                return data
            await self._text(json.loads(data))

    async def _text(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "ping":
            await self.socket.send(json.dumps({"type": "pong", "n": frame["n"]}))
        elif frame["type"] != "caughtup":
            raise SystemExit(f"The bridge refused: {frame}")


async def open_all(port: int, people: Sequence[tuple[SigningKey, Handle]]) -> list[Browser]:
    """A few at a time; they rest."""
    room = asyncio.Semaphore(OPENED_AT_ONCE)

    async def one(person: tuple[SigningKey, Handle]) -> Browser:
        async with room:
            browser = await Browser.open(port, *person)
        browser.rest()
        return browser

    return list(await asyncio.gather(*(one(person) for person in people)))


async def woken(browsers: Sequence[Browser]) -> None:
    for browser in browsers:
        await browser.wake()


async def exchange(
    pairs: Sequence[tuple[Browser, Browser]], envelope: bytes, *, messages: int, window: int
) -> list[float]:
    """Each pair's first writes `messages` to its second, `window` of them without a confirmation at a time.

    Seconds of each from its write until the reader has it: messages of one pair arrive in the order of their writing.
    """
    times: list[float] = []

    async def send(sender: Browser, reader: Browser, written: deque[float]) -> None:
        sent = stored = 0
        while stored < messages:
            while sent < messages and sent - stored < window:
                written.append(time.perf_counter())
                await sender.publish(sent, reader, envelope)
                sent += 1
            stored += await sender.confirmed()

    async def read(reader: Browser, written: deque[float]) -> None:
        got = 0
        while got < messages:
            seqs = await reader.deliveries()
            now = time.perf_counter()
            # What is delivered a second time was not written a second time.
            times.extend(now - written.popleft() for _ in seqs if written)
            await reader.acknowledge(seqs)
            got += len(seqs)

    async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as tasks:
        for sender, reader in pairs:
            written: deque[float] = deque()
            tasks.create_task(send(sender, reader, written))
            tasks.create_task(read(reader, written))
    return times


async def one_message(sender: Browser, reader: Browser, envelope: bytes) -> float:
    """Seconds from the moment that the sender writes until the reader has it."""
    began = time.perf_counter()
    await sender.publish(1, reader, envelope)
    if sender is reader:
        return await sender.hears_itself(began)
    seqs = await reader.deliveries()
    seconds = time.perf_counter() - began
    await sender.confirmed()
    await reader.acknowledge(seqs)
    return seconds
