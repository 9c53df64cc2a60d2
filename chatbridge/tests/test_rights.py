"""Why clients and streams have accounts of their own, and what the rights that are left do."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from chatbridge.tests.cast import new_id
from chatbridge.tests.scene import Scene, attack, two_messages_for
from natslink.client import inbox_messages, publish_envelope


@pytest.fixture
async def scene(callout, alice, mallory, backend) -> AsyncIterator[Scene]:
    await two_messages_for(alice, backend)
    async with attack(alice, mallory, backend) as scene:
        yield scene


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("CONSUMER.MSG.NEXT.KEZ_INBOX.{my}", "$JS.API.CONSUMER.MSG.NEXT.KEZ_INBOX.{hers}"),
        ("CONSUMER.INFO.KEZ_INBOX.{my}", "{her_chunk}"),
    ],
)
async def test_inside_the_streams_account_the_trick_works(scene: Scene, asked: str, reply: str) -> None:
    """Why clients are not there: one allowed request, with a reply subject that disturbs another's consumer or puts
    something else in the place of another's chunk.
    """
    before = await scene.state()
    subject = scene.names.fill(f"$JS.API.{asked}")
    await scene.backend.nc.publish(subject, b"", reply=scene.names.fill(reply))
    for _ in range(20):
        await scene.settle()
        if await scene.state() != before:
            return
    pytest.fail("the trick no longer works; the two accounts may not be needed any more")


async def test_the_rights_that_mallory_has_are_enough_to_chat(scene: Scene, log_in, alice, mallory) -> None:
    sender, reader = await log_in(mallory), await log_in(alice)
    await publish_envelope(sender, alice.primary, b"hello", msg_id=new_id())
    messages = inbox_messages(reader, alice.primary, alice.device)
    async with asyncio.timeout(10):
        assert [(await anext(messages)).data for _ in range(3)] == [b"0", b"1", b"hello"]


@pytest.mark.parametrize(
    ("to", "about", "number"),
    [
        ("kez.inbox.{her}", "", 2),
        ("kez.inbox.{me}", "kez.inbox.{her}", 2),
        ("kez.files.{me}.0.0", "kez.files.{her}.*.0", 1),
        ("kez.files.{me}.0.0", "kez.files.{her}.*.1", 0),
    ],
)
async def test_what_headers_tell_a_sender(scene: Scene, to: str, about: str, number: int) -> None:
    """A known limit of NATS, told in docs/nats.md: numbers, and nothing is stored. This fails when it is gone."""
    before = await scene.state()
    asked = {"Nats-Expected-Last-Subject-Sequence": "999"}
    if about:
        asked["Nats-Expected-Last-Subject-Sequence-Subject"] = scene.names.fill(about)
    answer = await scene.attacker.request(scene.names.fill(to), b"x", timeout=5, headers=asked)
    assert json.loads(answer.data)["error"]["description"] == f"wrong last sequence: {number}"
    assert await scene.state() == before
