"""The pairs of `browsers` with nats-py on both ends and nothing between: the same consumers, window and syncs."""

import asyncio
import time
import uuid
from collections import deque
from typing import Any

import nats
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, StorageType, StreamConfig

from bench.browsers import LIMIT_SECONDS


class BarePairs:
    def __init__(self, clients: list[Any], pairs: list[tuple[Any, Any, str]], envelope: bytes) -> None:
        self._clients = clients
        self._pairs = pairs
        self._envelope = envelope

    @classmethod
    async def start(cls, url: str, envelope: bytes, *, pairs: int) -> "BarePairs":
        clients = [await nats.connect(url) for _ in range(2 * pairs)]
        config = StreamConfig(
            name="PAIRS",
            subjects=["pairs.*"],
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            duplicate_window=120,
        )
        await clients[0].jetstream().add_stream(config)
        made = []
        for number in range(pairs):
            subject = f"pairs.{number}"
            reader = clients[2 * number + 1].jetstream()
            consumer = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, max_ack_pending=256)
            subscription = await reader.pull_subscribe(
                subject, durable=f"reader-{number}", stream="PAIRS", config=consumer
            )
            made.append((clients[2 * number].jetstream(), subscription, subject))
        return cls(clients, made, envelope)

    async def exchange(self, *, messages: int, window: int) -> list[float]:
        """Seconds of each message, as `browsers.exchange` gives them."""
        times: list[float] = []
        async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as tasks:
            for stream, subscription, subject in self._pairs:
                written: deque[float] = deque()
                tasks.create_task(self._send(stream, subject, messages, window, written))
                tasks.create_task(self._read(subscription, messages, window, written, times))
        return times

    async def one_message(self) -> float:
        """Seconds from the moment that it is written until the reader has it."""
        stream, subscription, subject = self._pairs[0]
        waiting = asyncio.create_task(subscription.fetch(1, timeout=LIMIT_SECONDS))
        await asyncio.sleep(0.005)  # a reader that has asked before, as the bridge has
        began = time.perf_counter()
        confirmed = asyncio.create_task(self._publish(stream, subject))
        (message,) = await waiting
        seconds = time.perf_counter() - began
        await message.ack()
        await confirmed
        return seconds

    async def _send(
        self, stream: Any, subject: str, messages: int, window: int, written: deque[float]
    ) -> None:
        room = asyncio.Semaphore(window)

        async def one() -> None:
            async with room:
                written.append(time.perf_counter())
                await self._publish(stream, subject)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(messages):
                tasks.create_task(one())

    async def _publish(self, stream: Any, subject: str) -> None:
        await stream.publish(
            subject, self._envelope, headers={"Nats-Msg-Id": str(uuid.uuid4())}, timeout=LIMIT_SECONDS
        )

    async def _read(
        self, subscription: Any, messages: int, window: int, written: deque[float], times: list[float]
    ) -> None:
        got = 0
        while got < messages:
            came = await subscription.fetch(window, timeout=LIMIT_SECONDS)
            now = time.perf_counter()
            for message in came:
                times.append(now - written.popleft())
                await message.ack()
                got += 1

    async def close(self) -> None:
        for client in self._clients:
            await client.close()
