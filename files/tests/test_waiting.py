"""`?wait=`: an answer as soon as something changes, without holding a thread; strangers do not wait."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.utils import timezone

from files import services
from files.long_polls import LongPolls
from files.models import Attachment
from files.tests.cast import SentFile, some_bytes
from files.tests.scene import announced, in_database
from registry.tests.cast import ALICE

LONG = 25


@pytest.fixture
async def sent(transactional_db, people) -> SentFile:
    sent = SentFile(people["alice"].key, some_bytes(3))
    await announced(sent)
    return sent


class Waiter:
    """One request to the front door, on its way."""

    def __init__(self, front: LongPolls, sent: SentFile, *, wait: int = LONG, token: str = "") -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/v1/files/{sent.file_id}",
            "query_string": f"wait={wait}".encode(),
            "headers": [
                (b"host", b"localhost"),
                (b"authorization", f"Bearer {token or sent.token}".encode()),
            ],
        }
        self.began = time.monotonic()
        self._request = ApplicationCommunicator(front, scope)

    async def send(self, message: dict[str, Any]) -> None:
        await self._request.send_input(message)

    async def start(self) -> "Waiter":
        await self.send({"type": "http.request", "body": b"", "more_body": False})
        return self

    async def answer(self) -> dict[str, Any]:
        head = await self._request.receive_output(timeout=60)
        body = await self._request.receive_output(timeout=60)
        await self._request.wait(timeout=60)
        self.took = time.monotonic() - self.began
        return {"status": head["status"], **json.loads(body["body"])}

    async def left(self) -> None:
        """The client goes; the application ends without an answer."""
        await self.send({"type": "http.disconnect"})
        await self._request.wait(timeout=60)
        assert await self._request.receive_nothing()


@pytest.fixture
async def front() -> LongPolls:
    return LongPolls(get_asgi_application())


@pytest.fixture
async def wait_for(front) -> Callable[..., Any]:
    async def begin(sent: SentFile, **options: Any) -> Waiter:
        return await Waiter(front, sent, **options).start()

    return begin


async def until_waiting(front: LongPolls, number: int) -> None:
    async with asyncio.timeout(60):
        while front.room.waiters != number:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_an_answer_when_a_chunk_arrives(front, wait_for, sent):
    waiter = await wait_for(sent)
    await until_waiting(front, 1)
    await in_database(services.record_chunks, {sent.upload: 0b010}, now=timezone.now())
    answer = await waiter.answer()
    assert (answer["status"], answer["received"], answer["missing"]) == (200, 1, [0, 2])
    assert waiter.took < LONG - 5
    await until_waiting(front, 0)


async def test_an_answer_when_it_is_ready(front, wait_for, sent):
    waiters = [await wait_for(sent) for _ in range(3)]
    await until_waiting(front, 3)
    await in_database(services.mark_ready, await in_database(lambda: sent.row), now=timezone.now())
    assert [(await waiter.answer())["state"] for waiter in waiters] == ["ready"] * 3


async def test_an_answer_when_the_time_is_over(wait_for, sent):
    waiter = await wait_for(sent, wait=1)
    assert (await waiter.answer())["state"] == "pending"
    assert waiter.took >= 1


@pytest.mark.parametrize("state", ["ready", "failed"])
async def test_what_cannot_change_is_answered_at_once(wait_for, sent, state):
    row = await in_database(lambda: sent.row)
    if state == "ready":
        await in_database(services.mark_ready, row, now=timezone.now())
    else:
        await in_database(services.mark_failed, row, cause=Attachment.Cause.BAD_CHUNK, now=timezone.now())
    waiter = await wait_for(sent)
    assert (await waiter.answer())["state"] == state
    assert waiter.took < LONG - 5


async def test_a_stranger_does_not_wait(wait_for, sent):
    waiter = await wait_for(sent, token="0" * 64)
    answer = await waiter.answer()
    assert (answer["status"], answer["code"]) == (403, "token_wrong")
    assert waiter.took < LONG - 5


async def test_nobody_waits_for_what_is_not_there(wait_for, transactional_db):
    waiter = await wait_for(SentFile(ALICE, b"x"))
    assert (await waiter.answer())["code"] == "file_unknown"
    assert waiter.took < LONG - 5


async def test_too_long_is_refused_at_once(wait_for, sent):
    waiter = await wait_for(sent, wait=26)
    assert (await waiter.answer())["code"] == "malformed"
    assert waiter.took < LONG - 5


async def test_a_client_that_leaves_waits_no_longer(front, wait_for, sent):
    waiter = await wait_for(sent)
    await until_waiting(front, 1)
    await waiter.left()
    assert front.room.waiters == 0


async def test_a_full_room_answers_at_once(front, wait_for, sent, settings):
    settings.KEZ_FILES_WAITERS = 1
    first = await wait_for(sent)
    await until_waiting(front, 1)
    second = await wait_for(sent)
    assert (await second.answer())["state"] == "pending"
    assert second.took < LONG - 5
    await first.left()


async def test_one_file_does_not_fill_the_room(front, wait_for, sent):
    waiters = [await wait_for(sent) for _ in range(16)]
    await until_waiting(front, 16)
    assert (await (await wait_for(sent)).answer())["state"] == "pending"
    for waiter in waiters:
        await waiter.left()
