"""What is sent and never receipted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from kezclient import clock
from kezclient.outbox import MOST_RESENDS, RESEND_AFTER, Outbox
from kezclient.tests.conftest import NewPeer


def test_unreceipted_messages_go_again_a_few_times_and_then_fail_visibly(new_peer: NewPeer, tmp_path: Path):
    alice, bob = new_peer("alice"), new_peer("bob")
    alice.write(bob, "hello")
    outbox = Outbox(alice.store, alice.primary, tmp_path / "lock")
    long_ago = clock.now() - RESEND_AFTER - timedelta(minutes=1)
    deliveries = set()
    for expected in range(MOST_RESENDS + 1):
        [entry] = [each for each in alice.store.outbox.queued() if each.purpose == "message"]
        deliveries.add(entry.delivery_id)
        assert entry.resends == expected
        alice.store.outbox.sent(entry, long_ago)
        outbox.requeue_unreceipted()
    assert len(deliveries) == 1
    [failed] = [each for each in alice.store.outbox.all() if each.purpose == "message"]
    assert (failed.state, failed.cause_code) == ("failed", "no_receipt")
    [shown] = alice.shown()
    assert (shown.state, shown.cause) == ("failed", "No receipt came, though it was sent 4 times.")


def test_fresh_ones_are_left_alone(new_peer: NewPeer, tmp_path: Path):
    alice, bob = new_peer("alice"), new_peer("bob")
    alice.write(bob, "hello")
    [entry] = [each for each in alice.store.outbox.queued() if each.purpose == "message"]
    alice.store.outbox.sent(entry, clock.now())
    Outbox(alice.store, alice.primary, tmp_path / "lock").requeue_unreceipted()
    assert [each.purpose for each in alice.store.outbox.queued()] == ["self_copy"]
