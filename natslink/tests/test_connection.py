"""Connecting, refusals, and what a publish can end in."""

import asyncio
import secrets
from collections.abc import Callable

import pytest
from nats.aio.msg import Msg

from natslink.connection import SupervisedConnection
from natslink.errors import (
    BrokerUnreachable,
    InboxFull,
    MessageTooLarge,
    NoResponders,
    NotStored,
    PublishRefused,
)
from natslink.tests.broker import Broker
from natslink.tests.conftest import call

Connect = Callable[..., SupervisedConnection]


async def test_states_are_told_in_order(connect: Connect) -> None:
    states: list[str] = []
    conn = connect(on_state=states.append)
    await conn.start()
    await conn.close()
    await conn.close()
    assert states == ["connected", "closed"]


async def test_nobody_listens(connect: Connect) -> None:
    conn = connect(urls=["nats://127.0.0.1:1"])
    with pytest.raises(BrokerUnreachable, match=r"127\.0\.0\.1:1"):
        await conn.start(timeout=0.5)
    assert conn.state == "closed"


async def test_the_second_address_serves_when_the_first_does_not(connect: Connect, broker: Broker) -> None:
    conn = connect(urls=["nats://127.0.0.1:1", broker.url])
    await conn.start()
    assert conn.state == "connected"


async def test_a_login_that_nobody_decides_is_no_refusal(connect: Connect) -> None:
    """No callout runs here: the server lets the stranger wait and then says the same as for a refusal."""
    stranger = connect(seed=secrets.token_bytes(32))
    with pytest.raises(BrokerUnreachable, match="login"):
        await stranger.start(timeout=4)


@pytest.mark.parametrize(
    "greeting",
    [
        b"",
        b"not nats at all\r\n",
        b'INFO {"auth_required":true,"nonce":"abc","max_payload":1000}\r\nPING\r\n',
    ],
)
async def test_a_server_that_is_none(connect: Connect, greeting: bytes) -> None:
    """Silence, another protocol, and the PING that nats-py takes for a finished login."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while await reader.read(1000):
            pass
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        conn = connect(urls=[f"nats://127.0.0.1:{port}"])
        with pytest.raises(BrokerUnreachable):
            await conn.start(timeout=1)


async def test_tls_is_not_given_up_silently(connect: Connect, broker: Broker) -> None:
    conn = connect(urls=[broker.url.replace("nats://", "tls://")])
    with pytest.raises(BrokerUnreachable, match="TLS"):
        await conn.start(timeout=1)


async def test_a_retry_with_the_same_id_is_stored_once(conn: SupervisedConnection, stream: str) -> None:
    first = await conn.publish("trial.a", b"hello", msg_id="one")
    again = await conn.publish("trial.a", b"hello", msg_id="one")
    assert (first.stream, first.duplicate) == (stream, False)
    assert (again.seq, again.duplicate) == (first.seq, True)


async def test_a_full_inbox_answers_the_sender(conn: SupervisedConnection, stream: str) -> None:
    full = {"name": "FULL", "subjects": ["full.*"], "discard": "new", "discard_new_per_subject": True}
    await call(conn, "STREAM.CREATE.FULL", **full, max_msgs_per_subject=2)
    first = [await conn.publish("full.a", b"x", msg_id=str(n)) for n in range(2)]
    with pytest.raises(InboxFull) as refusal:
        await conn.publish("full.a", b"x", msg_id="2")
    assert refusal.value.code == "KEZ_INBOX_FULL"
    assert (await conn.publish("full.a", b"x", msg_id="0")).seq == first[0].seq
    assert (await conn.publish("full.b", b"x", msg_id="3")).seq


@pytest.mark.parametrize("size", [1001, 600_000])
async def test_too_large_for_stream_or_broker(conn: SupervisedConnection, stream: str, size: int) -> None:
    with pytest.raises(MessageTooLarge):
        await conn.publish("trial.a", b"x" * size, msg_id="big")


async def test_nobody_serves_the_subject(conn: SupervisedConnection) -> None:
    with pytest.raises(NoResponders):
        await conn.request("nobody.home")
    with pytest.raises(NotStored):
        await conn.publish("nobody.home", b"x", msg_id="1", timeout=0.5)


@pytest.mark.parametrize("subject", ["", "a b", "a\r\nPUB x 0\r\n"])
async def test_a_subject_cannot_smuggle_commands(conn: SupervisedConnection, subject: str) -> None:
    with pytest.raises(PublishRefused):
        await conn.publish(subject, b"x", msg_id="1", timeout=1)


async def test_without_a_broker_a_publish_says_so_in_time(conn: SupervisedConnection, broker: Broker) -> None:
    broker.kill()
    with pytest.raises((BrokerUnreachable, NotStored)):
        await conn.publish("trial.a", b"x", msg_id="1", timeout=1)
    with pytest.raises(BrokerUnreachable):
        await conn.publish("trial.a", b"x", msg_id="2", timeout=0.5)
    with pytest.raises(BrokerUnreachable):
        await conn.wait_connected(0.2)


async def test_a_closed_connection_says_so(conn: SupervisedConnection) -> None:
    await conn.close()
    with pytest.raises(BrokerUnreachable, match="closed"):
        await conn.publish("trial.a", b"x", msg_id="1")
    with pytest.raises(BrokerUnreachable):
        await conn.send("trial.a", b"x")


async def test_all_answers_to_one_question(conn: SupervisedConnection, connect: Connect) -> None:
    async def answer(msg: Msg) -> None:
        await other.send(msg.reply, b"here")

    other = connect()
    await other.subscribe("who.is.there", answer)
    await other.subscribe("who.is.there", answer)
    await other.start()
    assert [msg.data for msg in await conn.request_many("who.is.there", window=0.3)] == [b"here"] * 2
    with pytest.raises(NoResponders):
        await conn.request_many("nobody.home", window=0.3)


async def test_flush_is_a_barrier(conn: SupervisedConnection, connect: Connect) -> None:
    """Whatever was published before it is at the broker, and with its readers when they flush too."""
    reader = connect()
    await reader.start()
    seen: list[bytes] = []

    async def see(msg: Msg) -> None:
        seen.append(msg.data)

    await reader.subscribe("flush.me", see)
    for number in range(200):
        await conn.send("flush.me", b"%d" % number)
        await conn.nc.flush()
        await reader.nc.flush()
        await asyncio.sleep(0)
        assert len(seen) == number + 1


async def test_drain_hands_over_what_had_arrived(conn: SupervisedConnection, connect: Connect) -> None:
    seen: list[bytes] = []

    async def slowly(msg: Msg) -> None:
        await asyncio.sleep(0)
        seen.append(msg.data)

    reader = connect()
    await reader.start()
    for _ in range(20):
        seen.clear()
        await reader.subscribe("drain.me", slowly)
        for number in range(50):
            await conn.send("drain.me", b"%d" % number)
        await conn.nc.flush()
        await reader.drain()
        assert seen == [b"%d" % number for number in range(50)]
