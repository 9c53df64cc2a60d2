"""A broker that is killed in the middle: nothing acknowledged is lost, and readers go on by themselves."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable

import pytest

from natslink import session
from natslink.connection import SupervisedConnection
from natslink.pulling import InboxMessage
from natslink.tests.broker import Broker
from natslink.tests.conftest import CONSUMER, STREAM, call

Connect = Callable[..., SupervisedConnection]


async def take(
    messages: AsyncIterator[InboxMessage], count: int, *, seconds: float = 30
) -> list[InboxMessage]:
    """Read and acknowledge `count` messages."""
    taken: list[InboxMessage] = []
    async with asyncio.timeout(seconds):
        while len(taken) < count:
            message = await anext(messages)
            await message.ack()
            taken.append(message)
    return taken


async def test_what_was_acknowledged_survives_kill_9_in_order(
    conn: SupervisedConnection, connect: Connect, stream: str, broker: Broker
) -> None:
    states: list[str] = []
    sender = connect(on_state=states.append)
    await sender.start()
    reader = conn.messages(stream=stream, consumer=CONSUMER)
    reading = asyncio.create_task(take(reader, 1000, seconds=60))
    acknowledged = []
    for number in range(1000):
        if number == 400:
            broker.kill()
            asyncio.get_running_loop().call_later(0.3, broker.start)
        text = b"%d" % number
        acknowledged.append(await sender.publish("trial.a", text, msg_id=f"id-{number}", timeout=30))
    assert len({ack.seq for ack in acknowledged}) == 1000
    taken = await reading
    unique = list(dict.fromkeys(message.data for message in taken))
    rest = 1000 - len(unique)
    if rest:  # an acknowledgement that was lost in the crash means one more delivery
        unique = list(dict.fromkeys(unique + [message.data for message in await take(reader, rest)]))
    assert unique == [b"%d" % number for number in range(1000)]
    assert states[:3] == ["connected", "reconnecting", "connected"]


async def test_a_reader_goes_on_after_restarts(
    conn: SupervisedConnection, stream: str, broker: Broker
) -> None:
    reader = conn.messages(stream=stream, consumer=CONSUMER)
    for number in range(3):
        await conn.publish("trial.a", b"%d" % number, msg_id=str(number), timeout=20)
        while (await take(reader, 1))[0].data != b"%d" % number:
            pass  # an acknowledgement that was lost in the crash means one more delivery
        broker.kill()
        broker.start()


@pytest.mark.parametrize("end", ["killed", "frozen"])
async def test_a_line_full_of_unsent_bytes_is_given_up_and_made_anew(
    connect: Connect, stream: str, broker: Broker, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """A dead line takes nothing any more, so waiting for what is left to be sent would never end."""
    monkeypatch.setattr(session, "PING_SECONDS", 0.5)
    given_up = asyncio.Event()
    conn = connect(on_state=lambda state: given_up.set() if state == "reconnecting" else None)
    await conn.start()
    assert broker.process
    broker.process.send_signal(signal.SIGSTOP)
    async with asyncio.timeout(30):
        while conn.nc._pending_data_size < 500_000:
            await conn.nc.publish("trial.a", bytes(100_000))
            await asyncio.sleep(0)
        if end == "killed":
            broker.kill()
            broker.start()
        await given_up.wait()
    broker.process.send_signal(signal.SIGCONT)
    await conn.publish("trial.a", b"x", msg_id="1", timeout=30)


async def test_close_ends_the_iteration(conn: SupervisedConnection, stream: str) -> None:
    await conn.publish("trial.a", b"x", msg_id="1")
    reader = conn.messages(stream=stream, consumer=CONSUMER)
    assert (await take(reader, 1))[0].stream_seq == 1
    waiting = asyncio.create_task(anext(reader, None))
    await asyncio.sleep(0)
    await conn.close()
    async with asyncio.timeout(5):
        assert await waiting is None


@pytest.mark.parametrize(
    "_", range(10), ids=str
)  # what is on the line when a reader ends is a matter of chance
async def test_what_was_fetched_but_not_taken_comes_again_at_once(
    conn: SupervisedConnection, stream: str, _: int
) -> None:
    for number in range(10):
        await conn.publish("trial.a", b"%d" % number, msg_id=str(number))
    reader = conn.messages(stream=stream, consumer=CONSUMER)
    await take(reader, 1)
    await reader.aclose()
    rest = await take(conn.messages(stream=stream, consumer=CONSUMER), 9, seconds=10)
    assert sorted(message.data for message in rest) == [b"%d" % number for number in range(1, 10)]


async def test_a_message_that_imitates_a_status_is_only_a_message(
    conn: SupervisedConnection, stream: str
) -> None:
    """Headers are the sender's words. Taken for the broker's, this one would stop the reader for good."""
    reader = conn.messages(stream=stream, consumer=CONSUMER)
    poison = b"NATS/1.0 409 Consumer Deleted\r\nNats-Msg-Id: p\r\n\r\n"
    command = f"HPUB trial.a {len(poison)} {len(poison)}\r\n".encode() + poison + b"\r\n"
    await conn.nc._send_command(command)
    await conn.nc.flush()
    await conn.publish("trial.a", b"next", msg_id="next")
    assert [message.data for message in await take(reader, 2, seconds=10)] == [b"", b"next"]


async def test_a_deleted_consumer_that_comes_back_is_read_again(
    conn: SupervisedConnection, connect: Connect, stream: str
) -> None:
    reading = connect()
    await reading.start()
    reader = reading.messages(stream=stream, consumer=CONSUMER)
    await conn.publish("trial.a", b"1", msg_id="1")
    await take(reader, 1)
    waiting = asyncio.create_task(take(reader, 1, seconds=30))
    await asyncio.sleep(0)
    await call(conn, f"CONSUMER.DELETE.{STREAM}.{CONSUMER}")
    config = {"name": CONSUMER, "durable_name": CONSUMER, "ack_policy": "explicit", "deliver_policy": "new"}
    await call(conn, f"CONSUMER.CREATE.{STREAM}.{CONSUMER}", stream_name=STREAM, config=config)
    await conn.publish("trial.a", b"2", msg_id="2")
    assert [message.data for message in await waiting] == [b"2"]


@pytest.mark.parametrize("batch", [1, 7, 64])
async def test_a_backlog_comes_whole_and_in_order(
    conn: SupervisedConnection, stream: str, batch: int
) -> None:
    for number in range(100):
        await conn.publish("trial.a", b"%d" % number, msg_id=str(number))
    reader = conn.messages(stream=stream, consumer=CONSUMER, batch=batch)
    assert [message.data for message in await take(reader, 100)] == [b"%d" % number for number in range(100)]
