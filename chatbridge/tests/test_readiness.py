"""The server is ready when its broker is safe and its callout answers, and says what is missing otherwise."""

from pathlib import Path

import pytest

from chatbridge.readiness import check_callout, check_jetstream
from chatbridge.tests.test_streams import broken_conf
from chatbridge.threads import in_thread
from httpapi.readiness import NotReady
from kezproto.nkeys import encode_seed
from natslink.tests.broker import Broker


async def test_ready(callout) -> None:
    assert await in_thread(check_jetstream) == (
        "1 broker with sync always; KEZ_INBOX holds 0 messages; KEZ_FILES holds 0 messages"
    )
    assert await in_thread(check_callout) == "answers"


async def test_no_callout(inboxes) -> None:
    with pytest.raises(NotReady, match="run_auth_callout"):
        await in_thread(check_callout)


async def test_a_callout_without_its_streams_is_not_ready(callout, monkeypatch) -> None:
    monkeypatch.setattr(callout._backend, "state", "reconnecting")
    with pytest.raises(NotReady, match="lost its connection"):
        await in_thread(check_callout)


def test_no_broker(settings) -> None:
    settings.NATS_URL = "nats://127.0.0.1:1"
    with pytest.raises(NotReady, match="is nats-server running"):
        check_jetstream()
    with pytest.raises(NotReady):
        check_callout()


def test_a_broker_that_does_not_know_us(nats_server: None, settings) -> None:
    settings.KEZ_NATS_SYSADMIN_SEED = encode_seed("U", bytes(32))
    with pytest.raises(NotReady):
        check_jetstream()


@pytest.mark.parametrize(("seed", "sentence"), [("", "is not set"), ("SUABC", "is not an nkey seed")])
def test_a_seed_that_is_missing_or_broken(settings, seed: str, sentence: str) -> None:
    settings.KEZ_NATS_SYSADMIN_SEED = seed
    with pytest.raises(NotReady, match=f"KEZ_NATS_SYSADMIN_SEED {sentence}"):
        check_jetstream()


def test_a_seed_of_another_kind(settings) -> None:
    settings.KEZ_NATS_SYSADMIN_SEED = encode_seed("A", bytes(32))
    with pytest.raises(NotReady, match="must start with SU"):
        check_jetstream()


def test_a_broker_without_our_stream(tmp_path: Path, settings) -> None:
    with Broker(tmp_path) as broker:
        settings.NATS_URL = broker.url
        with pytest.raises(NotReady, match="ensure_streams"):
            check_jetstream()


def test_a_broker_that_acknowledges_too_early(tmp_path: Path, settings) -> None:
    with Broker(
        tmp_path, config=broken_conf(tmp_path, "sync_interval: always", "sync_interval: 10s")
    ) as broker:
        settings.NATS_URL = broker.url
        with pytest.raises(NotReady, match="sync_interval: always"):
            check_jetstream()
