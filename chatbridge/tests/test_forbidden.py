"""Nobody but its owner can read, count, acknowledge, purge or disturb an inbox: the whole table, against a real broker.

One broker, callout and cast for all cases; each has a login of its own, and must leave everything as it was.
"""

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import nats.errors
import pytest
import pytest_asyncio
from django.core.management import call_command
from django.db import connection

from chatbridge.broker import backend_connection
from chatbridge.tests.attacks import (
    API,
    API_OF_FILES,
    HEADER_TARGETS,
    HEADERS,
    PUBLISH,
    REPLIES,
    SUBSCRIBE,
    TRIGGERS,
)
from chatbridge.tests.cast import Person, new_id
from chatbridge.tests.conftest import empty_streams, running_callout
from chatbridge.tests.scene import MALLORYS_TOKEN, Scene, attack, two_messages_for
from natslink.connection import SupervisedConnection
from registry import triggers

pytestmark = pytest.mark.asyncio(loop_scope="module")
ALICE, MALLORY = Person("alice"), Person("mallory")


@pytest.fixture(scope="module")
def registered(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """alice and mallory have handles while this module runs."""
    with django_db_blocker.unblock():
        ALICE.register()
        MALLORY.register()
        yield
        triggers.remove(connection)
        call_command("flush", interactive=False, verbosity=0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(registered: None, nats_server: None) -> AsyncIterator[SupervisedConnection]:
    """A callout that answers, and alice's messages; the connection is in the account of the streams."""
    async with backend_connection() as backend:
        await empty_streams(backend)
        async with running_callout():
            await two_messages_for(ALICE, backend)
            yield backend


@pytest_asyncio.fixture(loop_scope="module")
async def scene(stage: SupervisedConnection) -> AsyncIterator[Scene]:
    async with attack(ALICE, MALLORY, stage) as scene:
        yield scene


@pytest.mark.parametrize("subject", PUBLISH)
async def test_publishing_there_is_denied(scene: Scene, subject: str) -> None:
    before = await scene.state()

    async def hear(msg) -> None:
        scene.heard.append(msg.data)

    await scene.attacker.subscribe(f"_INBOX_{MALLORYS_TOKEN}.answer", cb=hear)
    body = json.dumps({"seq": 1, "batch": 1, "last_by_subj": scene.names.fill("kez.inbox.{her}")}).encode()
    await scene.attacker.publish(scene.names.fill(subject), body, reply=f"_INBOX_{MALLORYS_TOKEN}.answer")
    await scene.settle()
    assert scene.denied
    assert scene.heard == []
    assert await scene.state() == before


@pytest.mark.parametrize("queue", ["", "group"])
@pytest.mark.parametrize("subject", SUBSCRIBE)
async def test_subscribing_there_is_denied(scene: Scene, subject: str, queue: str) -> None:
    async def hear(msg) -> None:
        scene.heard.append(msg.data)

    await scene.attacker.subscribe(scene.names.fill(subject), queue=queue, cb=hear)
    await scene.attacker.flush()
    await scene.backend.publish(scene.names.fill("kez.inbox.{her}"), b"secret", msg_id=new_id())
    await scene.settle()
    assert scene.denied
    assert scene.heard == []


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("trigger", TRIGGERS)
async def test_a_reply_subject_carries_no_rights(scene: Scene, trigger: str, reply: str) -> None:
    """The server does not check where a client wants its reply; in another account than the streams' it is harmless."""
    before = await scene.state()
    subject, body = TRIGGERS[trigger]
    await scene.attacker.publish(scene.names.fill(subject), body, reply=scene.names.fill(reply))
    await scene.settle()
    assert await scene.state() == before


@pytest.mark.parametrize("target", HEADER_TARGETS)
@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers.items()))[0])
async def test_headers_carry_no_rights(scene: Scene, headers: dict[str, str], target: str) -> None:
    before = await scene.state()
    filled = {name: scene.names.fill(value) for name, value in headers.items()}
    with contextlib.suppress(nats.errors.TimeoutError):
        answer = await scene.attacker.request(scene.names.fill(target), b"x", timeout=1, headers=filled)
        assert "error" in json.loads(answer.data), answer.data
    await scene.settle()
    assert await scene.state() == before


async def test_every_operation_is_tried_on_both_streams() -> None:
    both = {name.partition(".KEZ_INBOX")[0] for name in API if ".KEZ_INBOX" in name}
    assert {name.partition(".KEZ_FILES")[0] for name in API_OF_FILES} == both


async def test_own_chunks_are_stored(scene: Scene) -> None:
    """What is left: publishing under the own key. What the names there stand for is the ingest's to judge."""
    answer = await scene.attacker.request(scene.names.fill("kez.files.{me}.00.0"), b"x", timeout=5)
    assert json.loads(answer.data)["stream"] == "KEZ_FILES"
    await scene.backend.request("$JS.API.STREAM.PURGE.KEZ_FILES", b'{"filter":"kez.files.*.00.0"}')
