"""Cursors follow what was read; room is made where nothing unread is lost; strangers' inboxes are emptied."""

import asyncio
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from chatbridge import lookup, services
from chatbridge.device_consumers import ensure_device_consumer
from chatbridge.janitor import ack_floors, sweep
from chatbridge.jetstream import api
from chatbridge.models import Device
from chatbridge.streams import fullest_inboxes
from chatbridge.tests.cast import Person, new_id
from chatbridge.tests.test_chat import take
from chatbridge.threads import in_thread
from kezproto.subjects import consumer_name, inbox_subject
from natslink.client import inbox_messages, publish_envelope
from natslink.errors import InboxFull

FIRST, SECOND = "00000000000000a1", "00000000000000a2"


async def acknowledged(backend, person: Person, device: str, seq: int) -> None:
    """Wait until the broker has seen the acknowledgements, which are sent without an answer."""
    async with asyncio.timeout(10):
        while (await ack_floors(backend)).get((person.hex, device)) != seq:
            pass


async def send(conn, person: Person, count: int) -> None:
    for number in range(count):
        await publish_envelope(conn, person.primary, b"%d" % number, msg_id=new_id())


async def cursors(person: Person) -> dict[str, int]:
    rows = await in_thread(lookup.devices_of, person.primary)
    return {row.device: row.cursor for row in rows}


@pytest.fixture
def quota(settings) -> int:
    settings.KEZ_INBOX_MAX_MSGS = 10
    return 10


async def test_cursors_follow_the_ack_floors(log_in, alice, bob, backend) -> None:
    sender, reader = await log_in(alice), await log_in(bob, device=FIRST)
    await send(sender, bob, 3)
    await take(inbox_messages(reader, bob.primary, FIRST), 2)
    await acknowledged(backend, bob, FIRST, 2)
    assert (await sweep(backend)).cursors == 1
    assert await cursors(bob) == {FIRST: 2}
    assert (await sweep(backend)).cursors == 0


async def test_a_consumer_made_anew_goes_on_at_the_cursor(log_in, alice, bob, backend) -> None:
    sender, reader = await log_in(alice), await log_in(bob, device=FIRST)
    await send(sender, bob, 3)
    await take(inbox_messages(reader, bob.primary, FIRST), 2)
    await acknowledged(backend, bob, FIRST, 2)
    await sweep(backend)
    await reader.close()
    await api(backend, f"CONSUMER.DELETE.KEZ_INBOX.{consumer_name(bob.primary, FIRST)}")
    back = await log_in(bob, device=FIRST)
    assert await take(inbox_messages(back, bob.primary, FIRST), 1) == [b"2"]


async def test_an_inbox_past_half_its_quota_is_purged_up_to_the_slowest_device(
    quota, log_in, alice, bob, backend
) -> None:
    sender = await log_in(alice)
    one, two = await log_in(bob, device=FIRST), await log_in(bob, device=SECOND)
    await send(sender, bob, 8)
    await take(inbox_messages(one, bob.primary, FIRST), 6)
    slow = inbox_messages(two, bob.primary, SECOND)
    await take(slow, 3)
    await acknowledged(backend, bob, FIRST, 6)
    await acknowledged(backend, bob, SECOND, 3)
    assert (await sweep(backend)).read == 1
    assert await fullest_inboxes(backend) == {inbox_subject(bob.primary): 5}
    assert await take(slow, 5) == [b"3", b"4", b"5", b"6", b"7"]


async def test_up_to_half_the_quota_is_kept_for_devices_to_come(quota, log_in, alice, bob, backend) -> None:
    sender, reader = await log_in(alice), await log_in(bob, device=FIRST)
    await send(sender, bob, 5)
    await take(inbox_messages(reader, bob.primary, FIRST), 5)
    await acknowledged(backend, bob, FIRST, 5)
    assert (await sweep(backend)).read == 0
    new = await log_in(bob, device=SECOND)
    assert len(await take(inbox_messages(new, bob.primary, SECOND), 5)) == 5


async def test_a_full_inbox_answers_the_sender_until_it_is_read(quota, log_in, alice, bob, backend) -> None:
    sender, reader = await log_in(alice), await log_in(bob, device=FIRST)
    await send(sender, bob, 10)
    with pytest.raises(InboxFull):
        await publish_envelope(sender, bob.primary, b"too much", msg_id=new_id())
    await sweep(backend)
    with pytest.raises(InboxFull):
        await publish_envelope(sender, bob.primary, b"nothing was read yet", msg_id=new_id())
    await take(inbox_messages(reader, bob.primary, FIRST), 10)
    await acknowledged(backend, bob, FIRST, 10)
    await sweep(backend)
    await publish_envelope(sender, bob.primary, b"now it fits", msg_id=new_id())


async def test_a_device_long_unseen_no_longer_holds_the_others_up(
    quota, log_in, alice, bob, backend, settings
) -> None:
    sender = await log_in(alice)
    one = await log_in(bob, device=FIRST)
    await log_in(bob, device=SECOND)
    await send(sender, bob, 8)
    await take(inbox_messages(one, bob.primary, FIRST), 8)
    await acknowledged(backend, bob, FIRST, 8)
    assert (await sweep(backend)).read == 0
    unseen = datetime.now(UTC) - timedelta(days=31)
    await in_thread(Device.objects.filter(device=SECOND).update, last_seen=unseen)
    assert (await sweep(backend)).read == 1
    assert await cursors(bob) == {FIRST: 8, SECOND: 0}
    ages_ago = datetime.now(UTC) - timedelta(days=61)
    await in_thread(Device.objects.filter(device=SECOND).update, last_seen=ages_ago)
    await sweep(backend)
    assert await cursors(bob) == {FIRST: 8}


async def test_inboxes_of_keys_without_a_handle_are_emptied(log_in, alice, bob, backend) -> None:
    sender = await log_in(alice)
    await send(sender, bob, 1)
    await publish_envelope(sender, Person("nobody").primary, b"x", msg_id=new_id())
    await sender.publish("kez.inbox.not-even-a-key", b"x", msg_id=new_id())
    assert (await sweep(backend)).unknown == 2
    assert await fullest_inboxes(backend) == {inbox_subject(bob.primary): 1}


async def test_a_consumer_that_is_not_ours_does_not_stop_it(log_in, alice, backend) -> None:
    await log_in(alice, device=FIRST)
    config = {"durable_name": "odd", "name": "odd", "ack_policy": "explicit"}
    await api(backend, "CONSUMER.CREATE.KEZ_INBOX.odd", {"stream_name": "KEZ_INBOX", "config": config})
    assert set(await ack_floors(backend)) == {(alice.hex, FIRST)}
    await sweep(backend)


async def test_a_stream_made_anew_loses_nothing_to_old_cursors(log_in, alice, bob, backend) -> None:
    """After a restore the stream counts from below; a device must not wait for a number that is far away."""
    sender = await log_in(alice)
    reader = await log_in(bob, device=FIRST)
    await reader.close()
    await api(backend, f"CONSUMER.DELETE.KEZ_INBOX.{consumer_name(bob.primary, FIRST)}")
    await in_thread(Device.objects.filter(primary_hex=bob.hex).update, cursor=1_000_000)
    await send(sender, bob, 1)
    back = await log_in(bob, device=FIRST)
    assert await take(inbox_messages(back, bob.primary, FIRST), 1) == [b"0"]
    await sweep(backend)
    assert (await cursors(bob))[FIRST] <= 1


async def test_an_existing_consumer_stays(log_in, alice, bob, backend) -> None:
    sender, reader = await log_in(alice), await log_in(bob, device=FIRST)
    await send(sender, bob, 2)
    await take(inbox_messages(reader, bob.primary, FIRST), 2)
    await acknowledged(backend, bob, FIRST, 2)
    await ensure_device_consumer(backend, bob.primary, FIRST, cursor=0)
    assert (await ack_floors(backend))[bob.hex, FIRST] == 2


@pytest.mark.django_db
def test_a_key_has_at_most_32_devices() -> None:
    alice, now = Person("alice"), datetime.now(UTC)
    for number in range(32):
        _, forgotten = services.admit_device(
            alice.primary, f"{number:016x}", now=now + timedelta(seconds=number)
        )
        assert forgotten == []
    later = now + timedelta(hours=1)
    services.admit_device(alice.primary, f"{0:016x}", now=later)
    _, forgotten = services.admit_device(alice.primary, f"{99:016x}", now=later)
    assert forgotten == [f"{1:016x}"]
    assert len(lookup.devices_of(alice.primary)) == 32


@pytest.mark.django_db
def test_cursors_never_go_back() -> None:
    alice, now = Person("alice"), datetime.now(UTC)
    services.admit_device(alice.primary, FIRST, now=now)
    key = (alice.hex, FIRST)
    assert services.advance_cursors({key: 7, (alice.hex, SECOND): 9}) == 1
    assert services.advance_cursors({key: 5}) == 0
    assert lookup.cursors_of([key]) == {key: 7}
    assert lookup.lowest_cursor(alice.primary, now=now) == 7
    assert lookup.lowest_cursor(Person("bob").primary, now=now) is None
    assert services.reset_cursors(beyond=6) == 1
    assert lookup.cursors_of([key]) == {key: 0}


async def test_one_round_by_command(callout, people) -> None:
    out = StringIO()
    await in_thread(call_command, "run_janitor", "--once", stdout=out)
    assert out.getvalue() == "Swept(cursors=0, read=0, unknown=0)\n"
