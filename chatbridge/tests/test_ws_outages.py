"""Parts of the server end in the middle of the traffic of browsers.

Nothing that was confirmed is lost, and sockets that can stay do stay. A server of its own, since its parts are killed.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from chatbridge.tests.nodes import finished, node
from chatbridge.tests.sockets import LIMIT, Browser, Chatter, new_id, publish_many, socket
from chatbridge.tests.uploads import TEMPORARY, Store, Upload
from devstack.ports import HOST, free_ports
from devstack.stack import Stack

pytestmark = pytest.mark.chaos


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("bridge"), only=["nats", "valkey", "callout", "web"]) as running:
        yield running


@pytest.fixture(scope="module")
def alice(own_stack) -> Chatter:
    return Chatter().register(own_stack)


@pytest.fixture(scope="module")
def bob(own_stack) -> Chatter:
    return Chatter().register(own_stack)


async def publish_until_stored(sender: Browser, to: Chatter, count: int, stored: asyncio.Queue[int]) -> None:
    """Messages 0, 1, 2, …: in order, each under one id until it is confirmed."""
    ids = [new_id() for _ in range(count)]
    missing = list(range(count))
    while missing:
        some = missing[:32]
        await sender.publish(*((number, to.raw, ids[number], b"%d" % number) for number in some))
        codes = set()
        for _ in some:
            number, code = await sender.answer()
            codes.add(code)
            if code == "stored":
                missing.remove(number)
                stored.put_nowait(number)
        assert codes <= {"stored", *TEMPORARY}
        if codes != {"stored"}:
            await sender.say("resume")


async def read_until(reader: Browser, count: int) -> list[bytes]:
    """Acknowledges all that comes until there are `count` different messages; these in the order of their arrival."""
    seen: dict[int, bytes] = {}
    while len(seen) < count:
        for delivery in await reader.take_and_ack(1):
            seen.setdefault(delivery.seq, delivery.envelope)
    return list(seen.values())


async def test_the_broker_is_killed_in_the_middle_of_a_burst(own_stack, alice, bob) -> None:
    stored: asyncio.Queue[int] = asyncio.Queue()
    async with opened_patiently(own_stack, alice) as sender, opened_patiently(own_stack, bob) as reader:
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(read_until(reader, 800))
            tasks.create_task(publish_until_stored(sender, bob, 800, stored))
            async with asyncio.timeout(LIMIT):
                for _ in range(200):
                    await stored.get()
            await asyncio.to_thread(own_stack.kill, "nats")
            own_stack.start("nats")
        assert reading.result() == [b"%d" % number for number in range(800)]
        assert not sender.closed.is_set()
        assert not reader.closed.is_set()


async def test_the_broker_is_killed_in_the_middle_of_a_file(own_stack, alice) -> None:
    upload = Upload(128)
    stored: asyncio.Queue[int] = asyncio.Queue()
    async with opened_patiently(own_stack, alice) as browser:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(upload.send_until_stored(browser, stored))
            async with asyncio.timeout(LIMIT):
                for _ in range(50):
                    await stored.get()
            await asyncio.to_thread(own_stack.kill, "nats")
            own_stack.start("nats")
        assert not browser.closed.is_set()
        await publish_many(browser, alice, [b"messages go on as well"])
        await browser.take_and_ack(1)
    async with Store.of(own_stack) as store:
        assert await store.holds(alice, upload)


async def test_a_publish_while_the_broker_is_away_is_refused_for_the_moment(own_stack, alice) -> None:
    async with opened_patiently(own_stack, alice) as browser:
        await asyncio.to_thread(own_stack.kill, "nats")
        try:
            item = (1, alice.raw, new_id(), b"later")
            await browser.publish(item)
            refused = await browser.expect("refused")
            assert (await browser.answer())[1] == refused["code"]
            assert refused["code"] in TEMPORARY
            assert (refused["retry"], refused["held"]) == (True, True)
            async with socket(own_stack) as late:
                challenge = (await late.expect("hello"))["challenge"]
                await late.say("session", device="0" * 16, session=alice.session(challenge))
                assert await late.refusal() == ("not_ready", 4503)
        finally:
            own_stack.start("nats")
        code = "refused"
        while code != "stored":
            await asyncio.sleep(0.2)  # as every client must: who only hammers is cut off
            await browser.say("resume")
            await browser.publish(item)
            _, code = await browser.answer()
        assert [each.envelope for each in await browser.take_and_ack(1)] == [b"later"]


async def test_valkey_goes_away_and_sockets_stay(own_stack, alice) -> None:
    async with opened_patiently(own_stack, alice) as browser:
        await asyncio.to_thread(own_stack.kill, "valkey")
        try:
            await publish_many(browser, alice, [b"without valkey"])
            await browser.take_and_ack(1)
            async with opened_patiently(own_stack, alice.another_device()) as newcomer:
                assert (await newcomer.take(1))[0].envelope
        finally:
            own_stack.start("valkey")
        await publish_many(browser, alice, [b"with valkey again"])
        await browser.take_and_ack(1)


@pytest.fixture(scope="module")
def other_port(own_stack) -> int:
    """That of a second web process."""
    (port,) = free_ports(1)
    own_stack.commands["web2"] = f"exec python manage.py serve --bind {HOST}:{port}"
    own_stack.start("web2")
    own_stack.wait_url(f"http://{HOST}:{port}/v1/healthz", time.monotonic() + 60)
    return port


async def test_a_device_that_connects_to_another_web_process_replaces_its_first_socket(
    own_stack, alice, other_port
) -> None:
    chatter = alice.another_device()
    async with opened_patiently(own_stack, chatter) as first:
        async with opened_patiently(own_stack, chatter, port=other_port) as second:
            assert await first.refusal() == ("replaced", 4409)
            await publish_many(second, alice, [b"for the one that is left"])
            assert (await second.take(1))[0].envelope


async def test_the_web_process_stops_in_order_in_the_middle_of_a_storm(own_stack, alice, other_port) -> None:
    """What was taken is answered, clients are told to go elsewhere, and go on there: nothing is lost."""
    bob = Chatter().register(own_stack)
    stored: asyncio.Queue[int] = asyncio.Queue()
    ports = [own_stack.ports.web, other_port]
    async with socket(own_stack) as waiting, asyncio.TaskGroup() as tasks:
        await waiting.expect("hello")
        reading = tasks.create_task(read_over(own_stack, ports, bob, 600))
        sending = tasks.create_task(publish_over(own_stack, ports, alice, bob, 600, stored))
        async with asyncio.timeout(LIMIT):
            for _ in range(100):
                await stored.get()
        await asyncio.to_thread(own_stack.kill, "web", signal.SIGTERM)
        assert await waiting.refusal() == ("restarting", 4012)
    assert sending.result() == [("restarting", 4012)]
    assert sorted(reading.result()) == sorted(b"%d" % number for number in range(600))
    start_web(own_stack)


async def publish_over(
    stack: Stack, ports: list[int], sender: Chatter, to: Chatter, count: int, stored: asyncio.Queue[int]
) -> list[tuple[str, int | None]]:
    """Every message under one id until it is stored, over one web process after the other; how those ended."""
    ids = [new_id() for _ in range(count)]
    missing = list(range(count))
    ends: list[tuple[str, int | None]] = []
    for port in ports:
        async with opened_patiently(stack, sender, port=port) as browser:
            while missing and not browser.closed.is_set():
                some = missing[:32]
                with contextlib.suppress(ConnectionClosed):
                    await browser.publish(*((number, to.raw, ids[number], b"%d" % number) for number in some))
                await wait_for_answers(browser, some, missing, stored)
            if browser.closed.is_set():
                ends.append(await browser.refusal())
    assert missing == []
    return ends


async def wait_for_answers(
    browser: Browser, some: list[int], missing: list[int], stored: asyncio.Queue[int]
) -> None:
    closed = asyncio.ensure_future(browser.closed.wait())
    try:
        for _ in some:
            answer = asyncio.ensure_future(browser.answers.get())
            await asyncio.wait([answer, closed], return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                answer.cancel()
                return
            number, code = answer.result()
            assert code == "stored"
            missing.remove(number)
            stored.put_nowait(number)
    finally:
        closed.cancel()


async def read_over(stack: Stack, ports: list[int], reader: Chatter, count: int) -> list[bytes]:
    """Different messages, over one web process after the other."""
    seen: dict[int, bytes] = {}
    for port in ports:
        async with opened_patiently(stack, reader, port=port) as browser:
            closed = asyncio.ensure_future(browser.closed.wait())
            while len(seen) < count and not closed.done():
                delivery = asyncio.ensure_future(browser.deliveries.get())
                await asyncio.wait([delivery, closed], return_when=asyncio.FIRST_COMPLETED)
                if delivery.done():
                    seen[delivery.result().seq] = delivery.result().envelope
                    with contextlib.suppress(ConnectionClosed):
                        await browser.ack([delivery.result().seq])
                delivery.cancel()
            closed.cancel()
    return list(seen.values())


async def test_the_web_process_is_killed_and_unread_messages_come_again_at_once(own_stack) -> None:
    bob = Chatter().register(own_stack)
    envelopes = [b"%d" % number for number in range(20)]
    async with opened_patiently(own_stack, bob) as browser:
        await publish_many(browser, bob, envelopes)
        taken = await browser.take(20)
        await browser.ack([each.seq for each in taken[:5]])
        await publish_many(browser, bob, [b"behind the acknowledgements"])
        await asyncio.to_thread(own_stack.kill, "web")
        start_web(own_stack)
    async with opened_patiently(own_stack, bob) as again:
        got = [each.envelope for each in await again.take_and_ack(16)]
        assert got == [*envelopes[5:], b"behind the acknowledgements"]


async def test_the_browsers_client_lives_through_a_restart_of_the_server(own_stack) -> None:
    process = await node("restart", own_stack)
    assert process.stdout
    async with asyncio.timeout(60):
        assert await process.stdout.readline() == b"under way\n"
    await asyncio.to_thread(own_stack.kill, "web")
    start_web(own_stack)
    await finished(process)


@contextlib.asynccontextmanager
async def opened_patiently(
    stack: Stack, chatter: Chatter, *, port: int | None = None
) -> AsyncIterator[Browser]:
    """A socket that is ready, tried again while the server finds its way back to its parts."""
    while True:
        async with socket(stack, port=port) as browser:
            challenge = (await browser.expect("hello"))["challenge"]
            await browser.say("session", device=chatter.device, session=chatter.session(challenge))
            try:
                await browser.expect("ready")
            except AssertionError:
                assert await browser.refusal() == ("not_ready", 4503)
                continue
            yield browser
            return


def start_web(stack: Stack) -> None:
    """Again, and waits until it serves."""
    stack.start("web")
    stack.wait_url(f"{stack.base_url}/v1/healthz", time.monotonic() + 60)
