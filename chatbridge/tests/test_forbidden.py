"""Nobody but its owner can read, count, acknowledge, purge or disturb an inbox: the whole table, against a real broker.

The attacker speaks plain nats-py, without our own link.
"""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import nats.errors
import pytest
from django.conf import settings
from nats.aio.client import Client

from chatbridge.jetstream import api
from chatbridge.tests.attacks import HEADERS, PUBLISH, REPLIES, SUBSCRIBE, TRIGGERS, Names
from chatbridge.tests.cast import new_id
from kezproto.nkeys import user_nkey
from kezproto.subjects import connect_name, consumer_name, inbox_subject
from natslink.client import inbox_messages, publish_envelope
from natslink.connection import SupervisedConnection

ALICES_TOKEN = "alicealicealicealicealice"
MALLORYS_TOKEN = "mallorymallorymallorymallory"


@dataclass
class Scene:
    """alice with two messages unread; mallory with one of her own; what the broker said to mallory."""

    names: Names
    attacker: Client
    backend: SupervisedConnection
    errors: list[str] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    async def state(self) -> dict[str, object]:
        """All that mallory must not change."""
        stream = await api(
            self.backend, "STREAM.INFO.KEZ_INBOX", {"subjects_filter": f"kez.inbox.{self.names.her}"}
        )
        hers = await api(self.backend, f"CONSUMER.INFO.KEZ_INBOX.{self.names.hers}")
        consumers = await api(self.backend, "CONSUMER.NAMES.KEZ_INBOX")
        streams = await api(self.backend, "STREAM.NAMES")
        kept = ("config", "delivered", "ack_floor", "num_ack_pending", "num_pending", "num_waiting", "paused")
        return {
            "stream": (stream["config"], stream["state"]["subjects"], stream["created"]),
            "hers": {name: _without_times(hers.get(name)) for name in kept},
            "created": hers["created"],
            "consumers": sorted(consumers["consumers"]),
            "streams": streams["streams"],
        }

    async def settle(self) -> None:
        """What the attacker caused has happened: the broker answered it twice, through the streams' account."""
        for _ in range(2):
            await self.attacker.flush()
            await self.attacker.request(self.names.fill("KEZ.API.CONSUMER.INFO.KEZ_INBOX.{my}"), timeout=5)
            await self.backend.nc.flush()

    @property
    def denied(self) -> bool:
        return any("permissions violation" in error.lower() for error in self.errors)


def _without_times(value: object) -> object:
    return {k: v for k, v in value.items() if k != "last_active"} if isinstance(value, dict) else value


@pytest.fixture
async def scene(log_in, alice, mallory, backend) -> AsyncIterator[Scene]:
    owner = await log_in(alice, token=ALICES_TOKEN)
    await owner.close()  # her consumer stays, and nobody reads from it now
    names = Names(
        me=mallory.hex,
        my=consumer_name(mallory.primary, mallory.device),
        her=alice.hex,
        hers=consumer_name(alice.primary, alice.device),
        token=ALICES_TOKEN,
    )
    scene = Scene(names, Client(), backend)

    async def on_error(error: Exception) -> None:
        scene.errors.append(str(error))

    scene.attacker._public_nkey = user_nkey(mallory.primary)
    await scene.attacker.connect(
        settings.NATS_URL,
        name=connect_name(MALLORYS_TOKEN, mallory.device),
        inbox_prefix=f"_INBOX_{MALLORYS_TOKEN}",
        signature_cb=lambda nonce: base64.b64encode(mallory.key.sign(nonce.encode())),
        error_cb=on_error,
        allow_reconnect=False,
        skip_subject_validation=True,
    )
    for number in range(2):
        await backend.publish(inbox_subject(alice.primary), b"%d" % number, msg_id=new_id())
    await backend.publish(inbox_subject(mallory.primary), b"{}", msg_id=new_id())
    yield scene
    await scene.attacker.close()


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


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers.items()))[0])
async def test_headers_carry_no_rights(scene: Scene, headers: dict[str, str]) -> None:
    before = await scene.state()
    filled = {name: scene.names.fill(value) for name, value in headers.items()}
    with contextlib.suppress(nats.errors.TimeoutError):
        inbox = scene.names.fill("kez.inbox.{her}")
        answer = await scene.attacker.request(inbox, b"x", timeout=1, headers=filled)
        assert "error" in json.loads(answer.data), answer.data
    await scene.settle()
    assert await scene.state() == before


async def test_publishing_chunks_without_a_stream_gets_no_responders(scene: Scene) -> None:
    with pytest.raises(nats.errors.NoRespondersError):
        await scene.attacker.request(scene.names.fill("kez.files.{me}.00.0"), b"x", timeout=2)


async def test_inside_the_streams_account_the_trick_works(scene: Scene) -> None:
    """Why clients are not there: one allowed request, with a reply subject that disturbs another's consumer."""
    before = await scene.state()
    subject = scene.names.fill("$JS.API.CONSUMER.MSG.NEXT.KEZ_INBOX.{my}")
    reply = scene.names.fill("$JS.API.CONSUMER.MSG.NEXT.KEZ_INBOX.{hers}")
    await scene.backend.nc.publish(subject, b"", reply=reply)
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


async def test_what_headers_tell_a_sender(scene: Scene) -> None:
    """A known limit of NATS, told in docs/nats.md: numbers, and nothing is stored. This fails when it is gone."""
    before = await scene.state()
    inbox = scene.names.fill("kez.inbox.{her}")
    asked = {"Nats-Expected-Last-Subject-Sequence": "999"}
    answer = json.loads((await scene.attacker.request(inbox, b"x", timeout=5, headers=asked)).data)
    assert answer["error"]["description"] == "wrong last sequence: 2"
    assert await scene.state() == before
