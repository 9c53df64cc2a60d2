"""Eight browsers that write to eight others through the websocket bridge, against nats-py alone."""

import asyncio
import contextlib
import json
import os
import struct
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import nats
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, StorageType, StreamConfig
from websockets.asyncio.client import ClientConnection, connect

from bench.measure import Comparison, Side
from bench.messages import LIMIT_SECONDS, bare_server
from bench.people import ALICE, BOB, registration_of, stranger, text_message
from bench.rest import Caller
from devstack.stack import Stack
from kezproto.canonical import canonical_bytes
from kezproto.envelope import seal
from kezproto.handles import Handle
from kezproto.keys import SigningKey
from kezproto.session import session_payload
from kezproto.signed import sign

PAIRS = 8
WINDOW = 16
MESSAGES = 125  # of each pair

# The limits of one socket would be all that is measured.
NO_LIMITS = {
    "KEZ_WS_FRAMES_PER_SECOND": "1000000",
    "KEZ_WS_PUBLISH_PER_SECOND": "1000000",
    "KEZ_WS_BYTES_PER_SECOND": "1000000000",
}


def comparisons(stack: Stack) -> Iterator[Comparison]:
    """Needs the broker, the callout and the web process of `stack`, started with `NO_LIMITS`."""
    envelope = seal(text_message(ALICE, BOB, "a text of usual length"), BOB.primary)
    with asyncio.Runner() as runner, contextlib.ExitStack() as cleanup:
        ours = runner.run(BridgeWay.start(stack, envelope))
        cleanup.callback(lambda: runner.run(ours.close()))
        bare = runner.run(BareWay.start(cleanup.enter_context(bare_server(stack)), envelope))
        cleanup.callback(lambda: runner.run(bare.close()))
        yield Comparison(
            f"{PAIRS} pairs of browsers, {WINDOW} messages of each under way (for each message)",
            Side(
                "websockets to daphne: publish, PubAck, delivery, acknowledgement, on sealed envelopes",
                lambda _: runner.run(ours.exchange()),
            ),
            Side(
                "nats-py alone, on a bare nats-server that syncs every write too: publish with PubAck, pull, ack",
                lambda _: runner.run(bare.exchange()),
            ),
            operations=PAIRS * MESSAGES,
            rounds=7,
        )


class BridgeWay:
    """Each sender has a socket of its own, each reader too."""

    def __init__(
        self, pairs: list[tuple[ClientConnection, ClientConnection, bytes]], envelope: bytes
    ) -> None:
        self._pairs = pairs
        self._envelope = envelope

    @classmethod
    async def start(cls, stack: Stack, envelope: bytes) -> "BridgeWay":
        pairs = []
        for _ in range(PAIRS):
            sender, reader = stranger(), stranger()
            with Caller(stack.ports.web) as caller:
                for person in (sender, reader):
                    caller.register(canonical_bytes(registration_of(*person)))
            sockets = [await opened(stack, *person) for person in (sender, reader)]
            pairs.append((sockets[0], sockets[1], reader[0].primary.raw))
        return cls(pairs, envelope)

    async def exchange(self) -> None:
        async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as tasks:
            for sender, reader, recipient in self._pairs:
                tasks.create_task(self._send(sender, recipient))
                tasks.create_task(self._read(reader))

    async def _send(self, socket: ClientConnection, recipient: bytes) -> None:
        sent = stored = 0
        while stored < MESSAGES:
            while sent < MESSAGES and sent - stored < WINDOW:
                head = struct.pack(">BI32s16sI", 1, sent, recipient, os.urandom(16), len(self._envelope))
                await socket.send(head + self._envelope)
                sent += 1
            stored += len(await binary(socket, 0x82)) // 13

    async def _read(self, socket: ClientConnection) -> None:
        got = 0
        while got < MESSAGES:
            data = await binary(socket, 0x81)
            seqs, at = [], 5
            while at < len(data):
                seq, size = struct.unpack_from(">QI", data, at)
                seqs.append(seq)
                at += 12 + size
            await socket.send(struct.pack(f">B{len(seqs)}Q", 2, *seqs))
            got += len(seqs)

    async def close(self) -> None:
        for sender, reader, _ in self._pairs:
            await sender.close()
            await reader.close()


async def binary(socket: ClientConnection, kind: int) -> bytes:
    """The next frame of this kind; pings on the way are answered, a refusal ends the bench."""
    while True:
        data = await socket.recv()
        if isinstance(data, bytes):
            assert data[0] == kind
            return data
        frame = json.loads(data)
        if frame["type"] == "ping":
            await socket.send(json.dumps({"type": "pong", "n": frame["n"]}))
        elif frame["type"] != "caughtup":
            raise SystemExit(f"The bridge refused: {frame}")


async def opened(stack: Stack, key: SigningKey, handle: Handle) -> ClientConnection:
    """A socket that has shown its key and is ready."""
    address = f"ws://localhost:{stack.ports.web}/ws"
    socket = await connect(address, subprotocols=["kez.v2"], compression=None, max_size=None)  # type: ignore[list-item]
    challenge = json.loads(await socket.recv())["challenge"]
    now = datetime.now(UTC)
    payload: dict[str, Any] = session_payload(
        handle=handle, primary=key.primary, challenge=challenge, created_at=now
    )
    answer = {"type": "session", "device": os.urandom(8).hex(), "session": sign("session", payload, key)}
    await socket.send(json.dumps(answer))
    assert json.loads(await socket.recv())["type"] == "ready"
    return socket


class BareWay:
    """The same pairs and windows with nats-py on both ends and nothing between."""

    def __init__(self, clients: list[Any], pairs: list[tuple[Any, Any, str]], envelope: bytes) -> None:
        self._clients = clients
        self._pairs = pairs
        self._envelope = envelope

    @classmethod
    async def start(cls, url: str, envelope: bytes) -> "BareWay":
        clients = [await nats.connect(url) for _ in range(2 * PAIRS)]
        config = StreamConfig(
            name="PAIRS",
            subjects=["pairs.*"],
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            duplicate_window=120,
        )
        await clients[0].jetstream().add_stream(config)
        pairs = []
        for number in range(PAIRS):
            subject = f"pairs.{number}"
            reader = clients[2 * number + 1].jetstream()
            consumer = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, max_ack_pending=256)
            subscription = await reader.pull_subscribe(
                subject, durable=f"reader-{number}", stream="PAIRS", config=consumer
            )
            pairs.append((clients[2 * number].jetstream(), subscription, subject))
        return cls(clients, pairs, envelope)

    async def exchange(self) -> None:
        async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as tasks:
            for stream, subscription, subject in self._pairs:
                tasks.create_task(self._send(stream, subject))
                tasks.create_task(self._read(subscription))

    async def _send(self, stream: Any, subject: str) -> None:
        room = asyncio.Semaphore(WINDOW)

        async def one() -> None:
            async with room:
                await stream.publish(subject, self._envelope, headers={"Nats-Msg-Id": str(uuid.uuid4())})

        async with asyncio.TaskGroup() as tasks:
            for _ in range(MESSAGES):
                tasks.create_task(one())

    async def _read(self, subscription: Any) -> None:
        got = 0
        while got < MESSAGES:
            for message in await subscription.fetch(WINDOW, timeout=10):
                await message.ack()
                got += 1

    async def close(self) -> None:
        for client in self._clients:
            await client.close()
