"""Chunks of files and messages side by side: what each may take, and that neither holds the other up.

A real broker; the socket and its clock are the test's.
"""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from chatbridge.broker import bridge_connection
from chatbridge.consumers.codes import Refused
from chatbridge.consumers.frames import Chunk, Publish
from chatbridge.consumers.limits import CHUNK_WINDOW, SocketLimits
from chatbridge.consumers.publishing import Publishing
from chatbridge.consumers.writer import FILES, Writer
from chatbridge.tests.cast import Person, new_id
from kezproto.file_chunks import MAX_SEALED_CHUNK_BYTES, chunk_frame
from natslink.connection import SupervisedConnection
from natslink.publishing import WINDOW

ALICE, BOB = Person("alice"), Person("bob")
SMALL = 17


class Line:
    """alice's end of a socket: what it publishes, and by ref what she is told of it."""

    def __init__(self, bridge: SupervisedConnection) -> None:
        self.told: asyncio.Queue[tuple[int, str, bool, float]] = asyncio.Queue()
        self.writer = Writer(self._hear)
        self.publishing = Publishing(ALICE.primary, bridge, self.writer, SocketLimits.fresh(0.0))
        self._refs = iter(range(1_000_000))

    async def _hear(self, frame: Mapping[str, Any]) -> None:
        if "bytes" in frame:
            for ref, _, _ in struct.iter_unpack(">IQB", frame["bytes"][1:]):
                self.told.put_nowait((ref, "stored", False, 0.0))
        else:
            said = json.loads(frame["text"])
            for ref in said["refs"]:
                self.told.put_nowait((ref, said["code"], said["held"], said.get("retry_after", 0.0)))

    async def chunk(self, *, now: float = 0.0, sealed: int = SMALL) -> int:
        frame = chunk_frame(new_id(), 0, 1, bytes(sealed))
        ref = next(self._refs)
        await self.publishing.take_chunk(Chunk(ref, new_id(), frame), size=21 + len(frame), now=now)
        return ref

    async def message(self, *, now: float = 0.0, size: int = 1) -> int:
        ref = next(self._refs)
        item = Publish(ref, BOB.primary.raw, new_id(), bytes(size))
        await self.publishing.take([item], size=57 + size, now=now)
        return ref

    async def answers(self, count: int) -> dict[int, tuple[str, bool, float]]:
        """What came of so many publishes: the code, whether it is held, seconds to wait."""
        found: dict[int, tuple[str, bool, float]] = {}
        writing = asyncio.create_task(self.writer.run())
        async with asyncio.timeout(30):
            while len(found) < count:
                ref, code, held, wait = await self.told.get()
                found[ref] = (code, held, wait)
        writing.cancel()
        return found

    async def answer(self) -> tuple[str, bool, float]:
        (only,) = (await self.answers(1)).values()
        return only


@pytest.fixture
async def bridge(inboxes: str) -> AsyncIterator[SupervisedConnection]:
    async with bridge_connection() as conn:
        yield conn


@pytest.fixture
async def line(bridge: SupervisedConnection) -> AsyncIterator[Line]:
    line = Line(bridge)
    yield line
    await line.publishing.close()


STORED = ("stored", False, 0.0)
TOO_MANY_CHUNKS = ("rate_limited", False, 0.0)
TOO_MANY_MESSAGES = ("rate_limited", True, 0.0)


async def test_chunks_and_messages_have_windows_of_their_own(line: Line) -> None:
    chunks = [await line.chunk() for _ in range(CHUNK_WINDOW + 1)]
    messages = [await line.message() for _ in range(WINDOW + 1)]
    late_chunk = await line.chunk()
    expected = dict.fromkeys([*chunks, *messages], STORED)
    expected |= dict.fromkeys([chunks[-1], late_chunk], TOO_MANY_CHUNKS) | {messages[-1]: TOO_MANY_MESSAGES}
    assert await line.answers(len(expected)) == expected


async def test_what_holds_messages_does_not_hold_chunks_nor_the_other_way_round(line: Line) -> None:
    for _ in range(CHUNK_WINDOW + 1):
        await line.chunk()
    await line.answers(CHUNK_WINDOW + 1)  # the last one was refused for the moment
    await line.message()
    assert await line.answer() == STORED
    for _ in range(WINDOW + 1):
        await line.message()
    await line.answers(WINDOW + 1)
    await line.message()
    assert await line.answer() == TOO_MANY_MESSAGES  # held: nothing else is on its way any more
    await line.chunk()
    assert await line.answer() == STORED
    line.publishing.resume()
    await line.message()
    assert await line.answer() == STORED


async def test_a_ref_is_open_once_among_both(line: Line) -> None:
    ref = await line.chunk()
    frame = chunk_frame(new_id(), 0, 1, bytes(SMALL))
    with pytest.raises(Refused, match="A ref stands for one publish"):
        await line.publishing.take_chunk(Chunk(ref, new_id(), frame), size=1, now=0.0)
    with pytest.raises(Refused, match="A ref stands for one publish"):
        await line.publishing.take([Publish(ref, BOB.primary.raw, new_id(), b"x")], size=1, now=0.0)


async def test_chunks_leave_a_quarter_of_the_bytes_to_messages(bridge, settings) -> None:
    settings.KEZ_WS_BYTES_PER_SECOND = 10_000  # 200,000 at once, 150,000 of them for chunks
    line = Line(bridge)
    size = MAX_SEALED_CHUNK_BYTES
    assert [await line.chunk(sealed=size), await line.chunk(sealed=size)] == [0, 1]
    answers = await line.answers(2)
    assert answers[0] == STORED
    code, held, wait = answers[1]
    assert (code, held) == ("rate_limited", False)
    assert wait == pytest.approx((2 * 81_982 - 150_000) / 10_000, abs=0.01)
    await line.message(size=100_000)
    assert await line.answer() == STORED
    await line.chunk(sealed=size, now=wait + 10.1)
    assert await line.answer() == STORED
    await line.publishing.close()


async def test_chunks_leave_a_quarter_of_the_publishes_to_messages(bridge, settings) -> None:
    settings.KEZ_WS_PUBLISH_PER_SECOND = 1  # 20 at once, 15 of them for chunks
    line = Line(bridge)
    chunks = [await line.chunk() for _ in range(16)]
    messages = [await line.message() for _ in range(6)]
    expected = dict.fromkeys([*chunks, *messages], STORED)
    expected |= {chunks[-1]: ("rate_limited", False, 1.0), messages[-1]: ("rate_limited", True, 1.0)}
    assert await line.answers(22) == expected
    await line.publishing.close()


async def test_without_a_broker_both_are_refused_and_only_messages_are_held() -> None:
    line = Line(bridge_connection())
    await line.chunk()
    assert await line.answer() == ("broker_unreachable", False, 0.0)
    await line.message()
    assert await line.answer() == ("broker_unreachable", True, 0.0)


async def test_a_slow_line_is_told_the_latest_of_each_file() -> None:
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    slow = asyncio.Event()

    async def send(frame: Mapping[str, Any]) -> None:
        await slow.wait()
        told.put_nowait(json.loads(frame["text"]))

    writer = Writer(send)
    writing = asyncio.create_task(writer.run())
    writer.text("ping", n=1)
    await asyncio.sleep(0)
    for received in range(100):
        for file_id in range(FILES + 5):
            writer.file(f"{file_id:032x}", received=received)
    slow.set()
    async with asyncio.timeout(30):
        frames = [await told.get() for _ in range(FILES + 1)]
    writing.cancel()
    assert frames[1:] == [
        {"type": "file", "file_id": f"{file_id:032x}", "received": 99} for file_id in range(5, FILES + 5)
    ]
