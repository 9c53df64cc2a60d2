"""mallory at the broker: a connection in plain nats-py, without our own link, and all that it must not change."""

import base64
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from django.conf import settings
from nats.aio.client import Client

from chatbridge.jetstream import api
from chatbridge.streams import SECOND
from chatbridge.tests.attacks import Names
from chatbridge.tests.cast import Person, new_id
from kezproto.nkeys import user_nkey
from kezproto.subjects import chunk_subject, connect_name, consumer_name, inbox_subject
from natslink.connection import SupervisedConnection

ALICES_TOKEN = "alicealicealicealicealice"
MALLORYS_TOKEN = "mallorymallorymallorymallory"


@dataclass
class Scene:
    """What mallory tries from, and what the broker said to her."""

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
        hers_only = {"subjects_filter": f"kez.files.{self.names.her}.>"}
        chunks = await api(self.backend, "STREAM.INFO.KEZ_FILES", hers_only)
        ingest = await api(self.backend, "CONSUMER.INFO.KEZ_FILES.ingest")
        chunk = await self.backend.request(f"$JS.API.DIRECT.GET.KEZ_FILES.{self.names.fill('{her_chunk}')}")
        kept = ("config", "delivered", "ack_floor", "num_ack_pending", "num_pending", "num_waiting", "paused")
        return {
            "stream": (stream["config"], stream["state"]["subjects"], stream["created"]),
            "hers": {name: _without_times(hers.get(name)) for name in kept},
            "created": hers["created"],
            "consumers": sorted(consumers["consumers"]),
            "streams": streams["streams"],
            "chunks": (
                chunks["config"],
                chunks["state"]["consumer_count"],
                chunks["state"]["subjects"],
                chunk.data,
            ),
            "ingest": {name: _without_times(ingest.get(name)) for name in (*kept, "created")},
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


@contextlib.asynccontextmanager
async def attack(alice: Person, mallory: Person, backend: SupervisedConnection) -> AsyncIterator[Scene]:
    """alice has logged in before and nobody reads from her consumer now; mallory logs in and has a message unread."""
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
    await backend.publish(inbox_subject(mallory.primary), b"{}", msg_id=new_id())
    try:
        yield scene
    finally:
        await scene.attacker.close()


async def two_messages_for(alice: Person, backend: SupervisedConnection) -> None:
    """alice's consumer is there, with two messages unread, and a chunk of a file that she is uploading, which the
    ingest has fetched and not acknowledged.
    """
    async with alice.connection(token=ALICES_TOKEN):
        pass
    for number in range(2):
        await backend.publish(inbox_subject(alice.primary), b"%d" % number, msg_id=new_id())
    await backend.publish(chunk_subject(alice.primary, "0" * 32, 0), b"a chunk", msg_id=new_id())
    reader = {"durable_name": "ingest", "ack_policy": "explicit", "ack_wait": 3600 * SECOND}
    only_hers = {"filter_subject": f"kez.files.{alice.hex}.>"}
    given = {"stream_name": "KEZ_FILES", "config": {**reader, **only_hers}}
    await api(backend, "CONSUMER.DURABLE.CREATE.KEZ_FILES.ingest", given)
    fetched = await backend.nc.subscribe("_INBOX_INGEST", max_msgs=1)
    await backend.nc.publish("$JS.API.CONSUMER.MSG.NEXT.KEZ_FILES.ingest", reply=fetched.subject)
    assert (await fetched.next_msg(10)).data == b"a chunk"
