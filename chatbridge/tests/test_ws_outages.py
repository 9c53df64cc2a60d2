"""Parts of the server end in the middle of the traffic of browsers.

Nothing that was confirmed is lost, and sockets that can stay do stay. A server of its own, since its parts are killed.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from chatbridge.tests.nodes import finished, node
from chatbridge.tests.sockets import LIMIT, Browser, Chatter, new_id, publish_many, socket
from chatbridge.tests.uploads import TEMPORARY, Store, Upload
from devstack.ports import HOST, free_ports
from devstack.stack import Stack


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


async def test_a_device_that_connects_to_another_web_process_replaces_its_first_socket(
    own_stack, alice
) -> None:
    (port,) = free_ports(1)
    own_stack.commands["web2"] = f"exec python -m daphne -b {HOST} -p {port} kezsite.asgi:application"
    own_stack.start("web2")
    try:
        own_stack.wait_url(f"http://{HOST}:{port}/v1/healthz", time.monotonic() + 60)
        chatter = alice.another_device()
        async with opened_patiently(own_stack, chatter) as first:
            async with opened_patiently(own_stack, chatter, port=port) as second:
                assert await first.refusal() == ("replaced", 4409)
                await publish_many(second, alice, [b"for the one that is left"])
                assert (await second.take(1))[0].envelope
    finally:
        await asyncio.to_thread(own_stack.kill, "web2")


async def test_the_web_process_stops_and_says_so(own_stack, alice) -> None:
    async with opened_patiently(own_stack, alice) as browser, socket(own_stack) as waiting:
        await waiting.expect("hello")
        # For a second after a handshake daphne fails to tell its applications of its end, and just drops sockets.
        await asyncio.sleep(3)
        await asyncio.to_thread(own_stack.kill, "web", signal.SIGTERM)
        start_web(own_stack)
        assert await browser.refusal() == ("restarting", 4012)
        assert await waiting.refusal() == ("restarting", 4012)


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
