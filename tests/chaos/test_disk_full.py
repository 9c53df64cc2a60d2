"""A broker whose disk is full: senders hear of it, nothing that was accepted goes away, and room makes it go on."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatbridge.broker import backend_connection
from chatbridge.jetstream import api
from chatbridge.streams import check_streams, ensure_streams
from devstack.environment import ROOT
from kezproto.subjects import INBOX_STREAM
from natslink.connection import SupervisedConnection
from natslink.errors import NotStored
from natslink.tests.broker import Broker

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]

ROOM = 4 * 1024 * 1024
ENVELOPE = bytes(100_000)
INBOX = f"kez.inbox.{'a' * 64}"


@pytest.fixture
async def backend(tmp_path: Path, settings) -> AsyncIterator[SupervisedConnection]:
    """On a broker that may use 4 MiB, with our streams."""
    text = (ROOT / "deploy" / "nats.conf").read_text()
    small = tmp_path / "small.conf"
    small.write_text(text.replace("strict: true", f"strict: true\n  max_file_store: {ROOM}"))
    with Broker(tmp_path, config=small) as broker:
        settings.NATS_URL = broker.url
        async with backend_connection() as conn:
            await ensure_streams(conn)
            yield conn


async def send(conn: SupervisedConnection) -> int:
    return (await conn.publish(INBOX, ENVELOPE, msg_id=secrets.token_hex(16), timeout=1)).seq


async def fill(conn: SupervisedConnection) -> int:
    """Sends until there is no room; how many were accepted."""
    for count in range(2 * ROOM // len(ENVELOPE)):
        try:
            await send(conn)
        except NotStored:
            return count
    raise AssertionError("the broker took more than it has room for")


async def test_a_full_disk_answers_the_sender_and_keeps_what_it_took(backend: SupervisedConnection) -> None:
    accepted = await fill(backend)
    state = (await api(backend, f"STREAM.INFO.{INBOX_STREAM}"))["state"]
    assert state["messages"] == accepted > 10
    with pytest.raises(NotStored):
        await send(backend)
    await check_streams(backend)  # it is still there and as it must be

    await api(backend, f"STREAM.PURGE.{INBOX_STREAM}", {"filter": INBOX, "seq": accepted // 2})
    assert await send(backend) > accepted
