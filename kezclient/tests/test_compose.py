"""Queued messages: numbers, links, copies, and what is refused before it is queued."""

from __future__ import annotations

import pytest

from kezclient.errors import EmptyMessage, MessageTooLong, UsageFault
from kezclient.tests.conftest import NewPeer
from kezclient.tests.people import NOW
from kezproto.bodies import ReceiptBody, TextBody
from kezproto.chain_state import ChainState, Head
from kezproto.envelope import open_envelope
from kezproto.messages import verify_message
from kezproto.sigchain import event_document, extend


def opened(peer, envelopes):
    return [verify_message(open_envelope(each, peer.key), reader=peer.primary) for each in envelopes]


def test_messages_are_numbered_and_linked_for_each_recipient(new_peer: NewPeer):
    alice, bob, mallory = (new_peer(name) for name in ("alice", "bob", "mallory"))
    alice.write(bob, "one", "two")
    alice.write(mallory, "other")
    alice.write(bob, "three")
    messages = opened(bob, alice.outgoing(bob))
    assert [(each.seq, each.body) for each in messages] == [
        (1, TextBody("one")),
        (2, TextBody("two")),
        (3, TextBody("three")),
    ]
    assert [each.prev for each in messages] == [None, messages[0].hash, messages[1].hash]
    assert [each.seq for each in opened(mallory, alice.outgoing(mallory))] == [1]


def test_each_message_is_copied_to_the_own_devices(new_peer: NewPeer):
    alice, bob = new_peer("alice"), new_peer("bob")
    alice.write(bob, "hello")
    [to_bob] = opened(bob, alice.outgoing(bob))
    [copy] = opened(alice, alice.outgoing(alice))
    assert copy.document == to_bob.document
    assert copy.is_self_copy
    assert copy.to == bob.primary


def test_delivered_receipts_are_not_copied_read_receipts_are(new_peer: NewPeer):
    alice, bob = new_peer("alice"), new_peer("bob")
    [message] = alice.write(bob, "hello")
    bob.composer.queue_receipt(alice.primary, alice.handle, [message.id], "delivered")
    assert bob.outgoing(bob) == []
    bob.composer.queue_receipt(alice.primary, alice.handle, [message.id], "read")
    assert len(bob.outgoing(bob)) == 1
    assert [each.body for each in opened(alice, bob.outgoing(alice))] == [
        ReceiptBody((message.id,), "delivered"),
        ReceiptBody((message.id,), "read"),
    ]


def test_messages_carry_the_own_chain_head(new_peer: NewPeer):
    alice, bob = new_peer("alice"), new_peer("bob")
    alice.write(bob, "before")
    document = event_document(key=alice.key, head=None, op="future_op", body={}, created_at=NOW)
    state = extend(ChainState(alice.primary), [document])
    alice.store.chains.move(state, NOW)
    alice.write(bob, "after")
    assert [each.chain for each in opened(bob, alice.outgoing(bob))] == [
        None,
        Head(1, state.events[0].hash),
    ]


def test_several_texts_are_queued_all_or_none(new_peer: NewPeer):
    alice, bob = new_peer("alice"), new_peer("bob")
    contact = alice.meet(bob)
    with pytest.raises(MessageTooLong):
        alice.composer.queue_texts(contact, ["fine", "x" * 65537])
    assert alice.store.outbox.all() == []
    assert alice.shown() == []
    assert alice.store.links.last_sent(bob.primary) is None


def test_a_crash_in_the_middle_uses_no_number(new_peer: NewPeer, monkeypatch: pytest.MonkeyPatch):
    alice, bob = new_peer("alice"), new_peer("bob")
    alice.meet(bob)
    add = alice.store.outbox.add

    def fails_at_the_copy(**values):
        if values["purpose"] == "self_copy":
            raise OSError("disk full")
        return add(**values)

    monkeypatch.setattr(alice.store.outbox, "add", fails_at_the_copy)
    with pytest.raises(OSError, match="disk full"):
        alice.write(bob, "lost")
    monkeypatch.undo()
    alice.write(bob, "kept")
    assert [(each.seq, each.body) for each in opened(bob, alice.outgoing(bob))] == [(1, TextBody("kept"))]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", EmptyMessage),
        (" \n\t", EmptyMessage),
        ("é" * 32769, MessageTooLong),
        ("half \ud800 surrogate", UsageFault),
    ],
)
def test_texts_that_are_refused(new_peer: NewPeer, text: str, error: type[Exception]):
    alice, bob = new_peer("alice"), new_peer("bob")
    with pytest.raises(error):
        alice.write(bob, text)
    assert alice.store.outbox.all() == []


def test_the_largest_text_fits(new_peer: NewPeer):
    alice, bob = new_peer("alice"), new_peer("bob")
    alice.write(bob, "\n" * 65535 + "x")
    bob.meet(alice)
    bob.take(alice.outgoing(bob))
    assert bob.texts() == ["\n" * 65535 + "x"]


def test_a_text_that_only_its_json_makes_too_large_is_refused(new_peer: NewPeer):
    alice, bob = new_peer("alice"), new_peer("bob")
    with pytest.raises(MessageTooLong):
        alice.write(bob, "\x01" * 65536)
    assert alice.store.outbox.all() == []
