"""Our streams are made and changed without losing a message, and only on a broker that keeps them."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chatbridge.jetstream import JetStreamError, api
from chatbridge.safety import UnsafeBroker, check_broker
from chatbridge.streams import (
    CHUNKS,
    INBOXES,
    STREAMS,
    Stream,
    UnsafeStream,
    check_stream,
    ensure_stream,
    fullest_inboxes,
)
from chatbridge.tests.cast import new_id
from chatbridge.threads import in_thread
from devstack.environment import ROOT
from devstack.ports import free_ports
from kezproto.file_chunks import MAX_CHUNK_FRAME_BYTES
from natslink.connection import SupervisedConnection
from natslink.errors import MessageTooLarge
from natslink.tests.broker import Broker, static_seed

CONF = ROOT / "deploy" / "nats.conf"


EACH = pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)


async def stream_config(backend: SupervisedConnection, stream: Stream) -> dict[str, Any]:
    return dict((await api(backend, f"STREAM.INFO.{stream.name}"))["config"])


async def test_the_stream_of_inboxes_is_as_designed(backend, inboxes) -> None:
    config = await stream_config(backend, INBOXES)
    assert {
        "subjects": ["kez.inbox.*"],
        "retention": "limits",
        "discard": "new",
        "discard_new_per_subject": True,
        "max_msgs_per_subject": 10_000,
        "max_age": 30 * 86_400 * 10**9,
        "max_msg_size": 262_144,
        "duplicate_window": 120 * 10**9,
        "max_bytes": -1,
        "allow_direct": False,
        "max_consumers": -1,
    }.items() <= config.items()
    assert not config.get("allow_rollup_hdrs")
    assert await check_stream(backend, INBOXES) == "KEZ_INBOX holds 0 messages"


async def test_the_stream_of_chunks_is_as_designed(backend, inboxes) -> None:
    config = await stream_config(backend, CHUNKS)
    assert {
        "subjects": ["kez.files.*.*.*"],
        "storage": "file",
        "retention": "limits",
        "discard": "old",
        "max_msgs_per_subject": 1,
        "max_age": 86_400 * 10**9,
        "max_msg_size": MAX_CHUNK_FRAME_BYTES + 1024,
        "duplicate_window": 120 * 10**9,
        "max_bytes": -1,
        "allow_direct": True,
    }.items() <= config.items()
    assert not config.get("allow_rollup_hdrs")
    assert await check_stream(backend, CHUNKS) == "KEZ_FILES holds 0 messages"


async def test_a_chunk_sent_again_takes_the_place_of_the_first(backend, inboxes) -> None:
    subject = f"kez.files.{'0' * 64}.{'0' * 32}.0"
    for attempt in range(2):
        await backend.publish(subject, b"%d" % attempt * MAX_CHUNK_FRAME_BYTES, msg_id=new_id())
    stored = await backend.request(f"$JS.API.DIRECT.GET.KEZ_FILES.{subject}")
    assert stored.data == b"1" * MAX_CHUNK_FRAME_BYTES
    assert await check_stream(backend, CHUNKS) == "KEZ_FILES holds 1 messages"
    with pytest.raises(MessageTooLarge):
        await backend.publish(subject, bytes(MAX_CHUNK_FRAME_BYTES + 1024), msg_id=new_id())


@EACH
async def test_again_changes_nothing(backend, inboxes, stream: Stream) -> None:
    before = await stream_config(backend, stream)
    assert await ensure_stream(backend, stream) == "unchanged"
    assert await stream_config(backend, stream) == before


async def test_a_changed_setting_is_brought_up_to_date(backend, inboxes, settings) -> None:
    settings.KEZ_INBOX_MAX_MSGS = 20_000
    with pytest.raises(UnsafeStream, match="max_msgs_per_subject"):
        await check_stream(backend, INBOXES)
    assert await ensure_stream(backend, INBOXES) == "updated"
    assert (await stream_config(backend, INBOXES))["max_msgs_per_subject"] == 20_000


LOOSER: dict[Stream, dict[str, Any]] = {
    INBOXES: {"discard": "old", "discard_new_per_subject": False, "allow_direct": True},
    CHUNKS: {"max_msgs_per_subject": -1, "max_age": 0, "allow_rollup_hdrs": True},
}


@EACH
async def test_what_somebody_loosened_is_tightened(backend, inboxes, stream: Stream) -> None:
    await api(backend, f"STREAM.UPDATE.{stream.name}", stream.wanted() | LOOSER[stream])
    with pytest.raises(UnsafeStream, match="not as it must be"):
        await check_stream(backend, stream)
    assert await ensure_stream(backend, stream) == "updated"
    assert await check_stream(backend, stream)


async def test_shrinking_below_what_is_there_is_refused(backend, inboxes, settings) -> None:
    for _ in range(3):
        await backend.publish("kez.inbox.somebody", b"x", msg_id=new_id())
    settings.KEZ_INBOX_MAX_MSGS = 2
    with pytest.raises(UnsafeStream, match="KEZ_INBOX_MAX_MSGS=2 would delete messages: 1 inboxes"):
        await ensure_stream(backend, INBOXES)
    assert await fullest_inboxes(backend) == {"kez.inbox.somebody": 3}
    settings.KEZ_INBOX_MAX_MSGS = 3
    assert await ensure_stream(backend, INBOXES) == "updated"
    settings.KEZ_INBOX_MAX_MSGS = 2
    assert await ensure_stream(backend, INBOXES, accept_loss=True) == "updated"


async def test_a_shorter_age_that_deletes_is_refused(backend, inboxes, settings) -> None:
    await backend.publish("kez.inbox.somebody", b"x", msg_id=new_id())
    settings.KEZ_INBOX_MAX_AGE_DAYS = 20
    assert await ensure_stream(backend, INBOXES) == "updated"
    settings.KEZ_INBOX_MAX_AGE_DAYS = 0.00001
    with pytest.raises(UnsafeStream, match="KEZ_INBOX_MAX_AGE_DAYS"):
        await _after_a_second(backend)


async def _after_a_second(backend: SupervisedConnection) -> None:
    """The age is compared in whole seconds; the message gets old while we ask."""
    for _ in range(2000):
        await ensure_stream(backend, INBOXES)


@EACH
async def test_a_stream_of_another_kind_is_left_alone(backend, inboxes, stream: Stream) -> None:
    await api(backend, f"STREAM.DELETE.{stream.name}")
    other = stream.wanted() | {"storage": "memory"}
    await api(backend, f"STREAM.CREATE.{stream.name}", other)
    with pytest.raises(UnsafeStream, match="storage"):
        await ensure_stream(backend, stream)
    await api(backend, f"STREAM.DELETE.{stream.name}")
    with pytest.raises(UnsafeStream, match="missing"):
        await check_stream(backend, stream)


async def test_errors_of_the_api_are_typed(backend) -> None:
    with pytest.raises(JetStreamError) as refusal:
        await api(backend, "STREAM.INFO.NOWHERE")
    assert (refusal.value.code, refusal.value.err_code) == (404, 10059)


async def test_the_command_tells_what_it_did(backend, inboxes) -> None:
    out = StringIO()
    await in_thread(call_command, "ensure_streams", stdout=out)
    assert out.getvalue() == "KEZ_INBOX unchanged, KEZ_FILES unchanged; 1 broker with sync always.\n"


# The sync policy ---------------------------------------------------------------------------------------


def broken_conf(folder: Path, old: str, new: str) -> Path:
    text = CONF.read_text()
    assert old in text
    path = folder / "loose.conf"
    path.write_text(text.replace(old, new))
    return path


LOOSE = [
    ("sync_interval: always", "sync_interval: 2m", "before they are on its disk"),
    ("sync_interval: always", "", "before they are on its disk"),
    ("strict: true", "strict: false", "half understands"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), LOOSE)
async def test_an_unsafe_broker_is_refused(
    transactional_db, tmp_path, settings, old: str, new: str, sentence: str
) -> None:
    with Broker(tmp_path, config=broken_conf(tmp_path, old, new)) as broker:
        seed = static_seed("KEZ_NATS_SYSADMIN_SEED")
        async with SupervisedConnection(urls=[broker.url], seed=seed, name="trial") as system:
            with pytest.raises(UnsafeBroker, match=sentence):
                await check_broker(system)
        settings.NATS_URL = broker.url
        for command in (
            ("ensure_streams",),
            ("run_auth_callout", "--wait", "0"),
            ("run_janitor", "--wait", "0"),
            ("serve", "--wait", "0", "--bind", f"127.0.0.1:{free_ports(1)[0]}"),
        ):
            with pytest.raises(CommandError, match=sentence):
                await in_thread(call_command, *command, stdout=StringIO())


async def test_a_broker_without_jetstream_is_refused(tmp_path) -> None:
    conf = broken_conf(tmp_path, "jetstream: enabled", "")
    before, _, rest = conf.read_text().partition("jetstream {")
    conf.write_text(before + rest.partition("\n}\n")[2])
    with Broker(tmp_path, config=conf) as broker:
        seed = static_seed("KEZ_NATS_SYSADMIN_SEED")
        async with SupervisedConnection(urls=[broker.url], seed=seed, name="trial") as system:
            with pytest.raises(UnsafeBroker, match="JetStream is off"):
                await check_broker(system)


async def test_only_the_system_account_may_be_asked(backend) -> None:
    with pytest.raises(UnsafeBroker, match="KEZ_NATS_SYSADMIN_SEED"):
        await check_broker(backend)


def test_the_shipped_configuration_is_the_safe_one() -> None:
    lines = [line.strip() for line in CONF.read_text().splitlines()]
    assert "sync_interval: always" in lines
    assert "strict: true" in lines
    assert "default_max_consumers: -1" in lines
