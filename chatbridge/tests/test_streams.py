"""The stream of inboxes is made and changed without losing a message, and only on a broker that keeps them."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chatbridge.jetstream import JetStreamError, api
from chatbridge.safety import UnsafeBroker, check_broker
from chatbridge.streams import (
    UnsafeStream,
    check_inbox_stream,
    ensure_inbox_stream,
    fullest_inboxes,
    wanted_inbox_config,
)
from chatbridge.tests.cast import new_id
from chatbridge.threads import in_thread
from devstack.environment import ROOT
from devstack.ports import free_ports
from natslink.connection import SupervisedConnection
from natslink.tests.broker import Broker, static_seed

CONF = ROOT / "deploy" / "nats.conf"


async def stream_config(backend: SupervisedConnection) -> dict[str, Any]:
    return dict((await api(backend, "STREAM.INFO.KEZ_INBOX"))["config"])


async def test_the_stream_is_as_designed(backend, inboxes) -> None:
    config = await stream_config(backend)
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
    assert await check_inbox_stream(backend) == "KEZ_INBOX holds 0 messages"


async def test_again_changes_nothing(backend, inboxes) -> None:
    before = await stream_config(backend)
    assert await ensure_inbox_stream(backend) == "unchanged"
    assert await stream_config(backend) == before


async def test_a_changed_setting_is_brought_up_to_date(backend, inboxes, settings) -> None:
    settings.KEZ_INBOX_MAX_MSGS = 20_000
    with pytest.raises(UnsafeStream, match="max_msgs_per_subject"):
        await check_inbox_stream(backend)
    assert await ensure_inbox_stream(backend) == "updated"
    assert (await stream_config(backend))["max_msgs_per_subject"] == 20_000


async def test_what_somebody_loosened_is_tightened(backend, inboxes) -> None:
    loose = {
        **wanted_inbox_config(),
        "discard": "old",
        "discard_new_per_subject": False,
        "allow_direct": True,
    }
    await api(backend, "STREAM.UPDATE.KEZ_INBOX", loose)
    assert await ensure_inbox_stream(backend) == "updated"
    assert await check_inbox_stream(backend)


async def test_shrinking_below_what_is_there_is_refused(backend, inboxes, settings) -> None:
    for _ in range(3):
        await backend.publish("kez.inbox.somebody", b"x", msg_id=new_id())
    settings.KEZ_INBOX_MAX_MSGS = 2
    with pytest.raises(UnsafeStream, match="KEZ_INBOX_MAX_MSGS=2 would delete messages: 1 inboxes"):
        await ensure_inbox_stream(backend)
    assert await fullest_inboxes(backend) == {"kez.inbox.somebody": 3}
    settings.KEZ_INBOX_MAX_MSGS = 3
    assert await ensure_inbox_stream(backend) == "updated"
    settings.KEZ_INBOX_MAX_MSGS = 2
    assert await ensure_inbox_stream(backend, accept_loss=True) == "updated"


async def test_a_shorter_age_that_deletes_is_refused(backend, inboxes, settings) -> None:
    await backend.publish("kez.inbox.somebody", b"x", msg_id=new_id())
    settings.KEZ_INBOX_MAX_AGE_DAYS = 20
    assert await ensure_inbox_stream(backend) == "updated"
    settings.KEZ_INBOX_MAX_AGE_DAYS = 0.00001
    with pytest.raises(UnsafeStream, match="KEZ_INBOX_MAX_AGE_DAYS"):
        await _after_a_second(backend)


async def _after_a_second(backend: SupervisedConnection) -> None:
    """The age is compared in whole seconds; the message gets old while we ask."""
    for _ in range(2000):
        await ensure_inbox_stream(backend)


async def test_a_stream_of_another_kind_is_left_alone(backend, inboxes) -> None:
    await api(backend, "STREAM.DELETE.KEZ_INBOX")
    other = {**wanted_inbox_config(), "storage": "memory"}
    await api(backend, "STREAM.CREATE.KEZ_INBOX", other)
    with pytest.raises(UnsafeStream, match="storage"):
        await ensure_inbox_stream(backend)
    await api(backend, "STREAM.DELETE.KEZ_INBOX")
    with pytest.raises(UnsafeStream, match="missing"):
        await check_inbox_stream(backend)


async def test_errors_of_the_api_are_typed(backend) -> None:
    with pytest.raises(JetStreamError) as refusal:
        await api(backend, "STREAM.INFO.NOWHERE")
    assert (refusal.value.code, refusal.value.err_code) == (404, 10059)


async def test_the_command_tells_what_it_did(backend, inboxes) -> None:
    out = StringIO()
    await in_thread(call_command, "ensure_streams", stdout=out)
    assert out.getvalue() == "KEZ_INBOX unchanged; 1 broker with sync always.\n"


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
