"""kill -9 of each part in the middle of 10 MiB: started again, it all ends ready, once, without a hand."""

import asyncio
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.stack import Stack
from files.tests.cast import SentFile, some_bytes
from files.tests.client import FileClient
from registry.tests.cast import ALICE

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]

PARTS = ("nats", "valkey", "callout", "web", "ingest", "worker", "beat")
CHUNKS = 128
HALF = list(range(CHUNKS // 2))
REST = list(range(CHUNKS // 2, CHUNKS))


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A server of these tests' own, since they kill parts of it."""
    with Stack(tmp_path_factory.mktemp("files"), only=PARTS) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="httpx")


def ten_mebibytes() -> SentFile:
    return SentFile(ALICE, some_bytes(CHUNKS))


def stored(stack: Stack, sent: SentFile) -> list[Path]:
    return list((stack.folder / "files").rglob(f"*{sent.file_id}"))


async def assert_ready_once(client: FileClient, stack: Stack, sent: SentFile) -> None:
    body = await client.settled(sent)
    assert (body["state"], body["received"]) == ("ready", CHUNKS), body
    assert len(stored(stack, sent)) == 1
    assert await client.content(sent) == sent.content


async def test_the_ingest(own_stack: Stack) -> None:
    async with FileClient(own_stack, ALICE, "alice") as client:
        sent = ten_mebibytes()
        await client.announce(sent)
        await client.publish(sent, HALF)
        own_stack.kill("ingest")
        await client.publish(sent, REST)
        own_stack.start("ingest")
        await assert_ready_once(client, own_stack, sent)


async def test_the_worker(own_stack: Stack) -> None:
    """Three files at once, so that some are in its hands when it dies, and others wait."""
    async with FileClient(own_stack, ALICE, "alice") as client:
        sent = [ten_mebibytes() for _ in range(3)]
        for each in sent:
            await client.announce(each)
            await client.publish(each, [*HALF, *REST[:-1]])
        await asyncio.gather(*(client.publish(each, REST[-1:]) for each in sent))
        await until_one_is_stored(own_stack, sent)
        own_stack.kill("worker")
        own_stack.start("worker")
        for each in sent:
            await assert_ready_once(client, own_stack, each)


async def until_one_is_stored(stack: Stack, sent: list[SentFile]) -> None:
    deadline = time.monotonic() + 60
    while not any(stored(stack, each) for each in sent):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def test_the_broker(own_stack: Stack) -> None:
    async with FileClient(own_stack, ALICE, "alice") as client:
        sent = ten_mebibytes()
        await client.announce(sent)
        publishing = asyncio.create_task(client.publish(sent))
        await client.state(sent)  # the first chunks are counted
        own_stack.kill("nats")
        own_stack.start("nats")
        await publishing
        await assert_ready_once(client, own_stack, sent)


async def test_the_task_queue(own_stack: Stack) -> None:
    async with FileClient(own_stack, ALICE, "alice") as client:
        sent = ten_mebibytes()
        await client.announce(sent)
        await client.publish(sent, HALF)
        own_stack.kill("valkey")
        await client.publish(sent, REST)
        while (await client.state(sent, wait=1))["missing"]:
            pass
        assert (await client.state(sent, wait=1))["state"] == "pending"
        own_stack.start("valkey")
        await assert_ready_once(client, own_stack, sent)
