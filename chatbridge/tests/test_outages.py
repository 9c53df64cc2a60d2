"""Callouts that die, freeze or are away, brokers that die, credentials that end: clients go on by themselves."""

import asyncio
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator

import pytest

from chatbridge.tests.cast import Person, new_id
from chatbridge.tests.processes import Processes
from chatbridge.tests.test_chat import take
from chatbridge.tests.test_kick import States
from devstack.ports import free_ports
from natslink.client import client_connection, inbox_messages, publish_envelope
from natslink.connection import SupervisedConnection
from natslink.errors import AccessRefused, BrokerUnreachable
from natslink.tests.broker import Broker

ALICE, BOB = Person("alice"), Person("bob")


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Broker, Processes]]:
    folder = tmp_path_factory.mktemp("outage")
    with Broker(folder) as broker, Processes(folder, broker) as processes:
        processes.prepare(ALICE, BOB)
        yield broker, processes


@pytest.fixture
def broker(outage: tuple[Broker, Processes]) -> Broker:
    return outage[0]


@pytest.fixture
def processes(outage: tuple[Broker, Processes]) -> Iterator[Processes]:
    """Whatever a test starts ends with it."""
    processes = outage[1]
    with processes:
        yield processes


def client(broker: Broker, person: Person = ALICE, **options) -> SupervisedConnection:
    return client_connection(urls=[broker.url], key=person.key, **{"device": person.device, **options})


async def ended(process: subprocess.Popen[bytes]) -> int:
    return await asyncio.to_thread(process.wait, 30)


async def logs_in(broker: Broker, times: int) -> None:
    """Each login may fall to a frozen responder several times in a row: it has all the time it needs."""
    for number in range(times):
        conn = client(broker, device=f"{number:016x}")
        await conn.start(timeout=60)
        await conn.close()


async def test_clients_wait_for_the_callout_and_recover(broker, processes) -> None:
    with pytest.raises(BrokerUnreachable):
        await client(broker).start(timeout=3)
    first = processes.callout()
    states = States()
    async with client(broker, on_state=states) as sender, client(broker, BOB) as reader:
        messages = inbox_messages(reader, BOB.primary, BOB.device)
        await publish_envelope(sender, BOB.primary, b"1", msg_id=new_id())
        assert await take(messages, 1) == [b"1"]
        first.terminate()
        assert await ended(first) == 0
        states.seen.clear()
        broker.kill()
        broker.start()
        await states.until("reconnecting")
        processes.callout()
        await publish_envelope(sender, BOB.primary, b"2", msg_id=new_id(), timeout=30)
        while await take(messages, 1) != [b"2"]:
            pass  # an acknowledgement that was lost with the broker means one more delivery
        await states.until("connected", seconds=30)


async def test_one_of_two_responders_is_killed(broker, processes) -> None:
    first, _second = processes.callouts(2)
    await logs_in(broker, 5)
    first.kill()
    await logs_in(broker, 10)


async def test_one_of_two_responders_freezes(broker, processes) -> None:
    """Logins that fall to it are tried again and succeed; once it moves again it sees how late it is, and leaves."""
    frozen, _second = processes.callouts(2, "--frozen-after", "3")
    frozen.send_signal(signal.SIGSTOP)
    frozen_at = time.monotonic()
    conns = [client(broker, device=f"{number:016x}") for number in range(4)]
    await asyncio.gather(*(conn.start(timeout=40) for conn in conns))
    for conn in conns:
        await conn.close()
    while time.monotonic() < frozen_at + 5:  # longer than it tolerates
        await logs_in(broker, 1)
    frozen.send_signal(signal.SIGCONT)
    assert await ended(frozen) == 70
    await logs_in(broker, 5)


async def test_a_terminated_callout_answers_what_it_has(broker, processes) -> None:
    first, _second = processes.callouts(2)
    conns = [client(broker, device=f"{number:016x}") for number in range(10)]
    starting = [asyncio.create_task(conn.start()) for conn in conns]
    await asyncio.wait(starting, return_when=asyncio.FIRST_COMPLETED)
    first.terminate()
    await asyncio.gather(*starting)
    assert [conn.last_error for conn in conns] == [None] * 10  # nobody had to try twice
    assert await ended(first) == 0
    for conn in conns:
        await conn.close()


async def test_the_janitor_ends_when_told(broker, processes) -> None:
    (janitor,) = processes.start("run_janitor", ready="Janitor: ")
    janitor.terminate()
    assert await ended(janitor) == 0


async def test_a_stranger_is_refused_by_the_real_process(broker, processes) -> None:
    processes.callout()
    with pytest.raises(AccessRefused):
        await client(broker, Person("nobody")).start()


async def test_the_callout_shows_its_metrics(broker, processes) -> None:
    bind = f"127.0.0.1:{free_ports(1)[0]}"
    processes.callout(KEZ_CALLOUT_METRICS_BIND=bind)
    async with client(broker):
        pass
    with pytest.raises(AccessRefused):
        await client(broker, Person("nobody")).start()
    text = await asyncio.to_thread(
        lambda: urllib.request.urlopen(f"http://{bind}/metrics", timeout=5).read().decode()
    )
    assert 'kez_callout_decisions_total{result="allowed"} 1.0' in text
    assert 'kez_callout_decisions_total{result="unknown_key"} 1.0' in text


async def test_credentials_end_and_the_client_goes_on(log_in, alice, bob, settings) -> None:
    settings.KEZ_NATS_CREDENTIAL_SECONDS = 2
    states = States()
    sender, reader = await log_in(alice), await log_in(bob, on_state=states)
    messages = inbox_messages(reader, bob.primary, bob.device)
    states.seen.clear()
    for number in range(3):
        await publish_envelope(sender, bob.primary, b"%d" % number, msg_id=new_id(), timeout=20)
        assert await take(messages, 1) == [b"%d" % number]
        await states.until("reconnecting")
        await states.until("connected")


async def test_nothing_acknowledged_is_lost_when_the_broker_dies(broker, processes) -> None:
    """1,000 sealed messages while the broker is killed twice: each arrives, in order, and is shown once by its id."""
    processes.callouts(2)
    async with client(broker) as sender, client(broker, BOB, device="00000000000000ff") as reader:
        messages = inbox_messages(reader, BOB.primary, "00000000000000ff")
        arrived: dict[bytes, None] = {}

        async def read() -> None:
            while len([data for data in arrived if data.startswith(b"m")]) < 1000:
                message = await anext(messages)
                arrived.setdefault(message.data)
                await message.ack()

        reading = asyncio.create_task(read())
        for number in range(1000):
            if number in (300, 700):
                broker.kill()
                asyncio.get_running_loop().call_later(0.2, broker.start)
            await publish_envelope(sender, BOB.primary, b"m%d" % number, msg_id=f"id-{number}", timeout=40)
        await asyncio.wait_for(reading, 60)
        assert [data for data in arrived if data.startswith(b"m")] == [
            b"m%d" % number for number in range(1000)
        ]
