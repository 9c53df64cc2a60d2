"""A message from end to end, over the connection that the command line uses, against nats-py alone."""

import asyncio
import contextlib
import socket
import subprocess
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import nats
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, StorageType, StreamConfig

from bench.measure import Comparison, Side
from bench.people import ALICE, BOB, DEVICE, text_message
from devstack.ports import HOST, Ports
from devstack.stack import Stack
from kezproto.envelope import open_message, seal
from natslink.client import client_connection, inbox_messages, publish_envelope
from natslink.connection import SupervisedConnection

MESSAGES = 1000
WINDOW = 64
LIMIT_SECONDS = 120.0


def comparisons(stack: Stack) -> Iterator[Comparison]:
    """Needs the broker, the callout and the web process of `stack`, and alice and bob registered."""
    with asyncio.Runner() as runner, contextlib.ExitStack() as cleanup:
        ours = runner.run(OurWay.start(stack.nats_url))
        cleanup.callback(lambda: runner.run(ours.close()))
        url = cleanup.enter_context(bare_server(stack))
        bare = runner.run(BareWay.start(url))
        cleanup.callback(lambda: runner.run(bare.close()))
        yield Comparison(
            f"Send and receive {MESSAGES:,} messages, {WINDOW} under way (for each message)",
            Side(
                "the command line's connection: sign, seal, publish with PubAck, pull, open, check, ack",
                lambda _: runner.run(ours.exchange()),
            ),
            Side(
                "nats-py alone, on a bare nats-server that syncs every write too: publish with PubAck, pull, ack",
                lambda _: runner.run(bare.exchange()),
            ),
            operations=MESSAGES,
            rounds=7,
        )


class OurWay:
    """Alice sends, Bob receives, each over a connection of their own."""

    def __init__(self, alice: SupervisedConnection, bob: SupervisedConnection) -> None:
        self._alice, self._bob = alice, bob
        self._inbox = inbox_messages(bob, BOB.primary, DEVICE)

    @classmethod
    async def start(cls, url: str) -> "OurWay":
        connections = [client_connection(urls=[url], key=key, device=DEVICE) for key in (ALICE, BOB)]
        for connection in connections:
            await connection.start()
        return cls(*connections)

    async def exchange(self) -> None:
        async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as tasks:
            tasks.create_task(self._receive())
            await windowed(self._send)

    async def _send(self) -> None:
        document = text_message(ALICE, BOB, "a text of usual length, as people write them all day")
        envelope = seal(document, BOB.primary)
        await publish_envelope(self._alice, BOB.primary, envelope, msg_id=document["payload"]["id"])

    async def _receive(self) -> None:
        for _ in range(MESSAGES):
            message = await anext(self._inbox)
            open_message(message.data, BOB)
            await message.ack()

    async def close(self) -> None:
        await self._alice.close()
        await self._bob.close()


class BareWay:
    """The same traffic in envelopes of the same size, without login, rights, signatures or encryption."""

    def __init__(self, sender: Any, receiver: Any, subscription: Any) -> None:
        self._sender, self._receiver, self._subscription = sender, receiver, subscription
        self._stream = sender.jetstream()
        self._envelope = seal(text_message(ALICE, BOB, "a text of usual length"), BOB.primary)

    @classmethod
    async def start(cls, url: str) -> "BareWay":
        sender, receiver = await nats.connect(url), await nats.connect(url)
        stream = receiver.jetstream()
        await stream.add_stream(
            StreamConfig(
                name="BENCH",
                subjects=["bench.*"],
                storage=StorageType.FILE,
                discard=DiscardPolicy.NEW,
                duplicate_window=120,
            )
        )
        config = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, max_ack_pending=256)
        subscription = await stream.pull_subscribe("bench.bob", durable="bob", stream="BENCH", config=config)
        return cls(sender, receiver, subscription)

    async def exchange(self) -> None:
        async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as tasks:
            tasks.create_task(self._receive())
            await windowed(self._send)

    async def _send(self) -> None:
        await self._stream.publish("bench.bob", self._envelope, headers={"Nats-Msg-Id": str(uuid.uuid4())})

    async def _receive(self) -> None:
        got = 0
        while got < MESSAGES:
            for message in await self._subscription.fetch(WINDOW, timeout=10):
                await message.ack()
                got += 1

    async def close(self) -> None:
        await self._sender.close()
        await self._receiver.close()


async def windowed(send: Callable[[], Awaitable[None]]) -> None:
    """All messages, at most WINDOW of them without an acknowledgement at any moment."""
    room = asyncio.Semaphore(WINDOW)

    async def one() -> None:
        async with room:
            await send()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(MESSAGES):
            tasks.create_task(one())


@contextlib.contextmanager
def bare_server(stack: Stack, *, syncs: bool = True) -> Iterator[str]:
    """A nats-server of the same build with nothing but JetStream. Gives its address.

    Every write is synced to the disk, or as by default all of them every two minutes.
    """
    port = Ports.free().nats
    store = stack.folder / f"bare-nats-{port}"
    config = store.with_suffix(".conf")
    interval = "always" if syncs else "2m"
    config.write_text(
        f'host: {HOST}\nport: {port}\njetstream {{ store_dir: "{store}", sync_interval: {interval} }}\n'
    )
    with (stack.folder / "logs" / "bare-nats.log").open("ab") as log:
        process = subprocess.Popen(
            ["nats-server", "-c", str(config)], env=stack.environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        wait_for_port(port)
        yield f"nats://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for_port(port: int, seconds: float = 20) -> None:
    """Returns when something listens; OSError if nothing does within so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
