"""Messages through the bridge, with a real daphne, NATS, Valkey and database."""

import asyncio
import re
import urllib.request
from datetime import UTC, datetime

import pytest

from chatbridge.consumers.limits import UNACKED_BYTES
from chatbridge.tests.sockets import LIMIT, Chatter, new_id, online, publish_many, socket
from devstack.person import Person
from devstack.stack import Stack
from kezproto.bodies import TextBody, text_body
from kezproto.envelope import open_message, seal
from kezproto.handles import Handle
from kezproto.keys import SigningKey
from kezproto.messages import message_payload, uuid7
from kezproto.phrase import phrase_to_seed
from kezproto.signed import sign

SUSPEND = (
    "from registry.models import Handle; from registry.services import suspend_handle;"
    "suspend_handle(Handle.objects.get(local='{}'), actor='operator', reason='test')"
)


def registered(stack: Stack) -> Chatter:
    return Chatter().register(stack)


def counted(stack: Stack, metric: str) -> float:
    """Of all web processes together."""
    total = 0.0
    for url in stack.web_urls:
        with urllib.request.urlopen(f"{url}/metrics", timeout=LIMIT) as answer:  # noqa: S310
            found = re.search(rf"^{metric} (\S+)$", answer.read().decode(), re.MULTILINE)
        assert found, metric
        total += float(found[1])
    return total


async def test_publish_delivery_ack(stack) -> None:
    alice, bob = registered(stack), registered(stack)
    async with socket(stack) as reader, online(stack, alice) as sender:
        ready = await reader.introduce(bob)
        assert (ready["handle"], ready["device"], ready["pending"]) == (str(bob.handle), bob.device, 0)
        await reader.expect("caughtup")
        await sender.publish((7, bob.raw, new_id(), b"sealed"))
        ref, seq, duplicate = await sender.outcome()
        assert (ref, duplicate) == (7, False)
        (delivery,) = await reader.take(1)
        assert (delivery.seq, delivery.envelope, delivery.pending) == (seq, b"sealed", 0)
        await reader.ack([seq])
    async with socket(stack) as again:
        assert (await again.introduce(bob))["pending"] == 0


async def test_the_same_id_is_stored_once(stack) -> None:
    bob, msg_id = registered(stack), new_id()
    async with online(stack, bob) as browser:
        await browser.publish((1, bob.raw, msg_id, b"once"))
        first = await browser.outcome()
        await browser.publish((2, bob.raw, msg_id, b"once"))
        second = await browser.outcome()
        assert (first[0], first[2], second[0], second[2]) == (1, False, 2, True)
        assert first[1] == second[1]


async def test_what_is_not_acknowledged_comes_again_at_once_and_in_order(stack) -> None:
    bob = registered(stack)
    envelopes = [b"%d" % number for number in range(10)]
    async with online(stack, bob) as browser:
        await publish_many(browser, bob, envelopes)
        taken = await browser.take(10)
        await browser.ack([taken[0].seq, taken[1].seq, taken[5].seq])
    async with socket(stack) as again:
        ready = await again.introduce(bob)
        rest = await again.take_and_ack(8)  # the eight behind the last one up to which all are acknowledged
        assert [each.envelope for each in rest] == envelopes[2:]
        assert ready["pending"] == 8
        await again.expect("caughtup")
    async with socket(stack) as third:
        assert (await third.introduce(bob))["pending"] == 0


async def test_a_burst_of_a_thousand(stack) -> None:
    alice, bob = registered(stack), registered(stack)
    envelopes = [b"%d" % number + bytes(1000) for number in range(1000)]
    async with online(stack, alice) as sender, online(stack, bob) as reader:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(publish_many(sender, bob, envelopes))
            reading = tasks.create_task(reader.take_and_ack(1000))
        assert [each.envelope for each in reading.result()] == envelopes


async def test_a_backlog_then_what_is_new(stack) -> None:
    alice, bob = registered(stack), registered(stack)
    envelopes = [b"%d" % number for number in range(2000)]
    async with online(stack, alice) as sender:
        await publish_many(sender, bob, envelopes[:1999], window=200)
        async with socket(stack) as reader:
            assert (await reader.introduce(bob))["pending"] == 1999
            backlog = await reader.take_and_ack(1999)
            await reader.expect("caughtup")
            await publish_many(sender, bob, envelopes[1999:])
            assert [each.envelope for each in backlog + await reader.take_and_ack(1)] == envelopes


async def test_a_slow_reader_holds_little_memory_and_misses_nothing(stack) -> None:
    alice, bob = registered(stack), registered(stack)
    envelopes = [bytes([number]) * 200_000 for number in range(60)]
    most = UNACKED_BYTES // 200_000 + 1
    async with online(stack, alice) as sender, socket(stack) as reader:
        before = counted(stack, "kez_ws_delivered_total")
        await publish_many(sender, bob, envelopes, per_frame=1)
        await reader.introduce(bob)
        taken = await reader.take(most)
        await publish_many(sender, alice, [b"somebody else's turn"])
        await sender.take_and_ack(1)
        assert counted(stack, "kez_ws_delivered_total") - before == most + 1
        await reader.ack([each.seq for each in taken])
        taken += await reader.take_and_ack(60 - most)
        assert [each.envelope for each in taken] == envelopes


async def test_two_devices_both_get_everything(stack) -> None:
    alice = registered(stack)
    envelopes = [b"%d" % number for number in range(50)]
    async with online(stack, alice) as first, online(stack, alice.another_device()) as second:
        await publish_many(first, alice, envelopes)
        for browser in (first, second):
            assert [each.envelope for each in await browser.take_and_ack(50)] == envelopes


async def test_the_same_device_again_replaces_the_first_socket(stack) -> None:
    alice = registered(stack)
    async with online(stack, alice) as first:
        await publish_many(first, alice, [b"unread"])
        await first.take(1)
        async with online(stack, alice) as second:
            assert await first.refusal() == ("replaced", 4409)
            assert [each.envelope for each in await second.take_and_ack(1)] == [b"unread"]


async def test_signals_go_both_ways_and_are_not_kept(stack) -> None:
    alice, bob = registered(stack), registered(stack)
    async with online(stack, alice) as one:
        await one.connection.send(b"\x03" + bob.raw + b"nobody hears this")
        await publish_many(one, alice, [b"a round trip"])
        async with online(stack, bob) as other:
            await one.connection.send(b"\x03" + bob.raw + b"typing")
            async with asyncio.timeout(LIMIT):
                assert await other.signals.get() == b"typing"
            await other.connection.send(b"\x03" + alice.raw + b"online")
            async with asyncio.timeout(LIMIT):
                assert await one.signals.get() == b"online"


async def test_a_suspended_handle_is_cut_off_and_stays_out(stack) -> None:
    mallory = registered(stack)
    async with online(stack, mallory) as one, online(stack, mallory.another_device()) as two:
        await asyncio.to_thread(stack.manage, "shell", "-c", SUSPEND.format(mallory.local))
        # The notice of the channel layer, not the look every 30 s: that one would take longer than this.
        async with asyncio.timeout(20):
            assert await one.refusal() == ("suspended", 4423)
            assert await two.refusal() == ("suspended", 4423)
    async with socket(stack) as again:
        hello = await again.expect("hello")
        await again.say("session", device=mallory.device, session=mallory.session(hello["challenge"]))
        assert await again.refusal() == ("suspended", 4423)


@pytest.fixture
def carol(stack, tmp_path) -> Person:
    """Somebody at the command line."""
    person = Person(f"carol-{new_id().hex()[:8]}", tmp_path / "carol", stack)
    person.register()
    return person


async def test_the_command_line_and_a_browser(stack, carol) -> None:
    """They write to each other, and the browser is a second device of carol besides."""
    bob = registered(stack)
    carols_key = SigningKey(phrase_to_seed(carol.phrase_file.read_text()))
    carols_browser = Chatter(carol.name, carols_key)
    async with online(stack, bob) as browser, online(stack, carols_browser) as other_device:
        await asyncio.to_thread(carol.run, "send", bob.local, "from the command line")
        (delivery,) = await browser.take_and_ack(1)
        message = open_message(delivery.envelope, bob.key)
        assert isinstance(message.body, TextBody)
        assert (message.body.text, message.sender) == ("from the command line", carols_key.primary)
        (copy,) = await other_device.take_and_ack(1)
        assert open_message(copy.envelope, carols_key).is_self_copy
        document = text_message(bob, carols_key, "from a browser")
        await publish_many(browser, carols_browser, [seal(document, carols_key.primary)])
        await other_device.take_and_ack(1)
    heard = await asyncio.to_thread(carol.lines, "listen", "--once")
    assert "from a browser" in [line.get("text") for line in heard]


def text_message(sender: Chatter, to: SigningKey, text: str) -> dict:
    now = datetime.now(UTC)
    payload = message_payload(
        id=uuid7(now, new_id()[:10]),
        sender=sender.key.primary,
        sender_handle=Handle(sender.local, "kez.lat"),
        to=to.primary,
        device=sender.device,
        seq=1,
        prev=None,
        chain=None,
        created_at=now,
        body=text_body(text),
    )
    return sign("message", payload, sender.key)
