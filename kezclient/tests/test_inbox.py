"""Receiving without a network: what is stored, what is remarked upon, what is receipted."""

from __future__ import annotations

import pytest

from kezclient.tests.conftest import NewPeer
from kezclient.tests.people import NOW, Peer
from kezproto.bodies import ReceiptBody
from kezproto.chain_state import ChainState, Head
from kezproto.envelope import open_envelope
from kezproto.messages import verify_message
from kezproto.sigchain import event_document, extend


@pytest.fixture
def pair(new_peer: NewPeer) -> tuple[Peer, Peer]:
    alice, bob = new_peer("alice"), new_peer("bob")
    alice.meet(bob)
    bob.meet(alice)
    return alice, bob


def notices(peer: Peer) -> list[list[str]]:
    return [[notice.code for notice in message.notices] for message in peer.shown()]


def receipts(sender: Peer, reader: Peer) -> list[ReceiptBody]:
    found = [
        verify_message(open_envelope(each, reader.key), reader=reader.primary).body
        for each in sender.outgoing(reader)
    ]
    return [body for body in found if isinstance(body, ReceiptBody)]


def test_in_order_without_remarks_and_one_receipt_for_the_batch(pair: tuple[Peer, Peer]):
    alice, bob = pair
    sent = alice.write(bob, "one", "two", "three")
    bob.take(alice.outgoing(bob))
    assert bob.texts() == ["one", "two", "three"]
    assert notices(bob) == [[], [], []]
    assert receipts(bob, alice) == [ReceiptBody(tuple(message.id for message in sent), "delivered")]


def test_receipts_move_a_message_on_and_never_back(pair: tuple[Peer, Peer]):
    alice, bob = pair
    [message] = alice.write(bob, "hello")
    assert alice.shown()[0].state == "queued"
    delivery = alice.outgoing(bob)
    bob.take(delivery)
    bob.composer.queue_receipt(alice.primary, alice.handle, [message.id], "read")
    delivered, read = bob.outgoing(alice)
    assert [news.status for news in alice.take([read])] == ["read"]
    assert alice.take([delivered]) == []
    assert alice.shown()[0].state == "read"
    assert [entry.purpose for entry in alice.store.outbox.all()] == ["self_copy"]


def test_only_the_recipient_can_give_a_receipt(pair: tuple[Peer, Peer], new_peer: NewPeer):
    alice, bob = pair
    mallory = new_peer("mallory")
    alice.meet(mallory)
    [message] = alice.write(bob, "hello")
    alice.outgoing(bob)
    mallory.composer.queue_receipt(alice.primary, alice.handle, [message.id], "delivered")
    assert alice.take(mallory.outgoing(alice)) == []
    assert alice.shown()[0].state == "sent"
    assert "message" in [entry.purpose for entry in alice.store.outbox.all()]


def test_a_replay_is_shown_once_and_receipted_once(pair: tuple[Peer, Peer]):
    alice, bob = pair
    alice.write(bob, "once")
    [envelope] = alice.outgoing(bob)
    bob.take([envelope, envelope])
    bob.take([envelope])
    assert bob.texts() == ["once"]
    assert len(receipts(bob, alice)) == 1


def test_gap_and_late_arrival(pair: tuple[Peer, Peer]):
    alice, bob = pair
    alice.write(bob, "1", "2", "3", "4", "5")
    envelopes = alice.outgoing(bob)
    bob.take([envelopes[0], envelopes[3], envelopes[4]])
    bob.take([envelopes[1]])
    assert bob.texts() == ["1", "4", "5", "2"]
    assert notices(bob) == [[], ["gap"], [], ["late"]]
    assert bob.shown()[1].notices[0].text == "2 messages before this one did not arrive."


def test_a_new_device_is_told_that_earlier_messages_are_elsewhere(pair: tuple[Peer, Peer]):
    alice, bob = pair
    alice.write(bob, "1", "2")
    bob.take(alice.outgoing(bob)[1:])
    assert notices(bob) == [["earlier_missing"]]


def test_two_messages_with_one_number_are_a_fork_with_evidence(pair: tuple[Peer, Peer]):
    alice, bob = pair
    first = alice.forge(bob.primary, body={"type": "kez-text-v1", "text": "one"})
    second = alice.forge(
        bob.primary,
        id="01890a5d-ac96-774b-bcce-b302099a8058",
        body={"type": "kez-text-v1", "text": "another"},
    )
    bob.take([first, second])
    assert notices(bob) == [[], ["fork"]]
    assert [evidence.kind for evidence in bob.store.chains.evidence()] == ["message_fork"]


def test_one_id_for_two_messages_is_a_placeholder(pair: tuple[Peer, Peer]):
    alice, bob = pair
    bob.take([alice.forge(bob.primary), alice.forge(bob.primary, body={"type": "kez-text-v1", "text": "b"})])
    assert bob.texts() == ["forged"]
    assert [each.code for each in bob.store.messages.unopened(limit=9)] == ["duplicate_id"]


def test_envelopes_that_give_no_message_are_kept_once_with_their_cause(
    pair: tuple[Peer, Peer], new_peer: NewPeer
):
    alice, bob = pair
    mallory = new_peer("mallory")
    forwarded = alice.forge(mallory.primary, sealed_to=bob.primary)
    envelopes = [
        b"",
        b"\x03 of the future",
        b"\x02 cut short",
        b"\x02" + b"\x00" * 300,
        alice.forge(mallory.primary),
        forwarded,
        forwarded,
    ]
    bob.take(envelopes)
    assert bob.shown() == []
    assert [each.code for each in bob.store.messages.unopened(limit=9)] == [
        "unknown_envelope_version",
        "unknown_envelope_version",
        "cannot_decrypt",
        "cannot_decrypt",
        "cannot_decrypt",
        "not_for_this_reader",
    ]
    assert receipts(bob, alice) == []


def test_unknown_bodies_are_kept_and_receipted(pair: tuple[Peer, Peer]):
    alice, bob = pair
    bob.take([alice.forge(bob.primary, body={"type": "kez-poll-v9", "question": "?"})])
    [message] = bob.shown()
    assert (message.body_type, message.body["question"], message.text) == ("kez-poll-v9", "?", "")
    assert len(receipts(bob, alice)) == 1


@pytest.mark.parametrize(("name", "receipted"), [("pinned", 1), ("unchecked", 1), ("unverified", 0)])
def test_a_false_name_gets_no_receipt(pair: tuple[Peer, Peer], name: str, receipted: int):
    alice, bob = pair
    bob.names = {(alice.primary.hex, str(alice.handle)): name}
    bob.take([alice.forge(bob.primary)])
    assert [message.name_state for message in bob.shown()] == [name]
    assert len(receipts(bob, alice)) == receipted


def test_a_name_that_could_not_be_checked_stands_once_it_is_pinned(new_peer: NewPeer):
    alice, bob = new_peer("alice"), new_peer("bob")
    bob.take([alice.forge(bob.primary)])
    assert bob.shown()[0].name_state == "unchecked"
    bob.meet(alice)
    assert bob.shown()[0].name_state == "pinned"


def test_the_other_device_shows_what_was_sent(pair: tuple[Peer, Peer], new_peer: NewPeer):
    alice, bob = pair
    second = new_peer("alice", device="00000000000000bb")
    [message] = alice.write(bob, "from the first")
    copies = alice.outgoing(alice)
    bob.take(alice.outgoing(bob))
    # The receipt comes before the copy.
    second.take(bob.outgoing(alice))
    second.take(copies)
    [shown] = second.shown()
    assert (shown.id, shown.direction, shown.state, shown.peer) == (
        message.id,
        "out",
        "delivered",
        bob.primary,
    )
    assert (shown.peer_handle, shown.name_state) == (None, "unchecked")
    second.meet(bob)
    assert second.shown()[0].peer_handle == bob.handle
    # The first device gets its own copy as well, and shows nothing twice.
    alice.take(copies)
    assert alice.texts() == ["from the first"]


def test_what_one_device_read_the_other_need_not_show(pair: tuple[Peer, Peer], new_peer: NewPeer):
    alice, bob = pair
    second = new_peer("bob", device="00000000000000bb")
    second.meet(alice)
    [message] = alice.write(bob, "hello")
    [envelope] = alice.outgoing(bob)
    bob.take([envelope])
    second.take([envelope])
    assert second.store.messages.unread_by_peer() == {alice.primary.hex: 1}
    bob.composer.queue_receipt(alice.primary, alice.handle, [message.id], "read")
    second.take(bob.outgoing(bob))
    assert second.store.messages.unread_by_peer() == {}


def chain_of(peer: Peer, *names: str) -> ChainState:
    state = ChainState(peer.primary)
    for name in names:
        document = event_document(
            key=peer.key, head=state.head, op="future_op", body={"name": name}, created_at=NOW
        )
        state = extend(state, [document])
    return state


@pytest.mark.parametrize(
    ("served", "claimed", "differs"),
    [
        (["a", "b"], ["a", "b"], False),
        (["a", "b"], ["a"], False),
        (["a", "b"], ["x"], True),
        (["a"], ["a", "b"], True),
        ([], ["a"], True),
        (["a"], [], False),
    ],
)
def test_the_senders_view_of_the_chain_is_held_against_the_services(
    pair: tuple[Peer, Peer], served: list[str], claimed: list[str], differs: bool
):
    alice, bob = pair
    bob.store.chains.move(chain_of(alice, *served), NOW)
    head = chain_of(alice, *claimed).head
    bob.take([alice.forge(bob.primary, chain=Head(head.seq, head.hash) if head else None)])
    assert notices(bob) == [["chain_differs"] if differs else []]
    assert bool(bob.store.chains.evidence()) == differs


def test_without_a_served_chain_nothing_is_claimed(pair: tuple[Peer, Peer]):
    alice, bob = pair
    bob.take([alice.forge(bob.primary, chain=chain_of(alice, "a").head)])
    assert notices(bob) == [[]]
