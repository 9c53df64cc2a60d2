"""What a client may do: log in, send, read its own inbox on every device, signal."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chatbridge.models import Device
from chatbridge.tests.cast import new_id
from chatbridge.threads import in_thread
from kezproto.subjects import inbox_subject, signal_subject
from natslink.client import inbox_messages, publish_envelope
from natslink.errors import AccessRefused
from natslink.pulling import InboxMessage


async def take(messages: AsyncIterator[InboxMessage], count: int) -> list[bytes]:
    taken: list[bytes] = []
    async with asyncio.timeout(20):
        while len(taken) < count:
            message = await anext(messages)
            await message.ack()
            taken.append(message.data)
    return taken


async def test_bob_gets_what_alice_sends(log_in, alice, bob) -> None:
    sender, reader = await log_in(alice), await log_in(bob)
    ack = await publish_envelope(sender, bob.primary, b"sealed", msg_id=new_id())
    assert ack.stream == "KEZ_INBOX"
    assert await take(inbox_messages(reader, bob.primary, bob.device), 1) == [b"sealed"]


async def test_every_device_gets_everything_also_after_being_away(log_in, alice, bob) -> None:
    sender = await log_in(alice)
    first, second = bob.device, "00000000000000bb"
    one, two = await log_in(bob, device=first), await log_in(bob, device=second)
    await publish_envelope(sender, bob.primary, b"1", msg_id=new_id())
    assert await take(inbox_messages(one, bob.primary, first), 1) == [b"1"]
    await one.close()
    await publish_envelope(sender, bob.primary, b"2", msg_id=new_id())
    assert await take(inbox_messages(two, bob.primary, second), 2) == [b"1", b"2"]
    back = await log_in(bob, device=first)
    assert await take(inbox_messages(back, bob.primary, first), 1) == [b"2"]
    new = await log_in(bob, device="00000000000000cc")
    assert await take(inbox_messages(new, bob.primary, "00000000000000cc"), 2) == [b"1", b"2"]
    assert await in_thread(Device.objects.filter(primary_hex=bob.hex).count) == 3


async def test_signals_reach_their_owner_and_are_not_stored(log_in, alice, bob) -> None:
    sender, reader = await log_in(alice), await log_in(bob)
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def hear(msg) -> None:
        heard.put_nowait(msg.data)

    await reader.subscribe(signal_subject(bob.primary), hear)
    await sender.send(signal_subject(bob.primary), b"typing")
    assert await asyncio.wait_for(heard.get(), 5) == b"typing"


async def test_a_stranger_is_refused_at_once(callout, people) -> None:
    stranger = type(people["alice"])("nobody")
    conn = stranger.connection()
    with pytest.raises(AccessRefused):
        await conn.start()
    assert inbox_subject(stranger.primary).endswith(stranger.hex)
