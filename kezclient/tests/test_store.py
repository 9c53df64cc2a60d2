"""The database: migrations, transactions, pins, states."""

from __future__ import annotations

import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from kezclient.errors import LocalDataFault
from kezclient.store.chains import Evidence
from kezclient.store.migrations import STEPS
from kezclient.store.outbox import OutboxEntry
from kezclient.store.store import Store
from kezclient.tests.people import CHAIN_URL, NOW
from kezproto.chain_state import ChainState
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey
from kezproto.sigchain import event_document, extend

ALICE, BOB, MALLORY = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
HANDLE = Handle("bob", "kez.lat")


def pin(store: Store, primary: Primary = BOB.primary):
    return store.contacts.pin(HANDLE, primary, CHAIN_URL, NOW)


def test_the_file_is_private_and_kept_across_openings(tmp_path: Path):
    path = tmp_path / "history.sqlite3"
    with Store(path) as store:
        pin(store)
        modes = {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert modes == {0o600}
    with Store(path) as store:
        assert [contact.handle for contact in store.contacts.all()] == [HANDLE]


def test_a_database_of_a_newer_client_is_left_alone(tmp_path: Path):
    path = tmp_path / "history.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    connection.close()
    with pytest.raises(LocalDataFault, match="newer"):
        Store(path)


@pytest.mark.parametrize("content", [b"no database at all, but long enough to look at" * 40])
def test_a_file_that_is_no_database_is_a_typed_error(tmp_path: Path, content: bytes):
    path = tmp_path / "history.sqlite3"
    path.write_bytes(content)
    with pytest.raises(LocalDataFault):
        Store(path)


def test_a_transaction_is_whole_or_nothing(store: Store):
    def half_way() -> None:
        with store.write():
            pin(store)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_way()
    assert store.contacts.all() == []


def test_two_processes_see_each_others_writes(tmp_path: Path):
    with Store(tmp_path / "x") as one, Store(tmp_path / "x") as two:
        before = one.changes_by_others()
        two.set_setting("name", "value")
        assert one.setting("name") == "value"
        assert one.changes_by_others() != before


def test_a_pin_stays_whatever_the_registry_says(store: Store):
    pin(store)
    assert pin(store, MALLORY.primary).primary == BOB.primary
    noted = store.contacts.note_answer(HANDLE, MALLORY.primary, CHAIN_URL, NOW)
    assert noted is not None
    assert (noted.primary, noted.offered) == (BOB.primary, MALLORY.primary)
    back = store.contacts.note_answer(HANDLE, BOB.primary, CHAIN_URL, NOW)
    assert back is not None
    assert back.offered is None


def test_accepting_a_key_forgets_the_verification_and_keeps_the_history(store: Store):
    contact = pin(store)
    store.contacts.mark_verified(HANDLE, NOW)
    store.contacts.accept(contact, MALLORY.primary, CHAIN_URL, NOW)
    accepted = store.contacts.find(HANDLE)
    assert accepted is not None
    assert (accepted.primary, accepted.verified_at, accepted.offered) == (MALLORY.primary, None, None)
    assert store.contacts.keys_of(accepted) == [MALLORY.primary, BOB.primary]
    store.contacts.accept(accepted, BOB.primary, CHAIN_URL, NOW)
    assert store.contacts.keys_of(accepted) == [MALLORY.primary, MALLORY.primary]


def chain(length: int) -> ChainState:
    state = ChainState(BOB.primary)
    for number in range(length):
        document = event_document(
            key=BOB, head=state.head, op="future_op", body={"n": number}, created_at=NOW
        )
        state = extend(state, [document])
    return state


def test_chain_pins_only_move_on(store: Store):
    store.chains.move(chain(2), NOW)
    store.chains.move(chain(1), NOW)
    found = store.chains.find(BOB.primary)
    assert found is not None
    assert found.head == chain(2).head
    assert store.chains.event_hash(BOB.primary, 1) == chain(1).events[0].hash
    assert len(store.chains.documents(BOB.primary)) == 2


def test_the_same_evidence_is_kept_once(store: Store):
    evidence = Evidence(BOB.primary, "chain_rewritten", "why", {"a": 1}, {"b": 2})
    assert store.chains.keep_evidence(evidence, NOW)
    assert not store.chains.keep_evidence(evidence, NOW + timedelta(days=1))
    assert store.chains.evidence() == [evidence]


def add_entry(store: Store, purpose: str = "message", number: int = 1) -> OutboxEntry:
    entry_id = store.outbox.add(
        purpose=purpose,
        message_id=f"id-{number}",
        recipient=BOB.primary,
        recipient_handle=HANDLE,
        delivery_id=f"delivery-{purpose}-{number}",
        envelope=b"sealed",
        now=NOW,
    )
    entry = store.outbox.find(entry_id)
    assert entry is not None
    return entry


def test_only_messages_wait_for_a_receipt(store: Store):
    for purpose in ("message", "self_copy", "receipt"):
        store.outbox.sent(add_entry(store, purpose), NOW)
    assert [(entry.purpose, entry.state) for entry in store.outbox.all()] == [("message", "sent")]
    store.outbox.receipted(ALICE.primary, "id-1")
    assert len(store.outbox.all()) == 1
    store.outbox.receipted(BOB.primary, "id-1")
    assert store.outbox.all() == []


def test_ids_of_the_outbox_are_never_used_twice(store: Store):
    first = add_entry(store, number=1)
    store.outbox.remove(first.id)
    assert add_entry(store, number=2).id > first.id


def test_causes_of_waiting_and_failing_are_kept(store: Store):
    entry = add_entry(store)
    store.outbox.stays_queued(entry.id, "KEZ_INBOX_FULL", "Full.")
    assert [(each.cause_code, each.cause) for each in store.outbox.queued()] == [("KEZ_INBOX_FULL", "Full.")]
    store.outbox.failed(entry.id, "message_too_large", "Too large.")
    assert (store.outbox.count("queued"), store.outbox.count("failed")) == (0, 1)
    store.outbox.queue_again(entry.id, resends=0)
    assert [each.cause for each in store.outbox.queued()] == [None]


def test_a_full_disk_is_a_typed_error_and_nothing_is_half_written(tmp_path: Path):
    with Store(tmp_path / "x") as store:
        pages = store._database.row("PRAGMA page_count")
        assert pages is not None
        store._database.row(f"PRAGMA max_page_count = {pages[0] + 4}")
        pin(store)

        def fill() -> None:
            with store.write():
                store.set_setting("first", "small")
                store.set_setting("second", "x" * 100_000)

        with pytest.raises(LocalDataFault, match="full"):
            fill()
        assert store.setting("first") is None
        store.set_setting("first", "small")
        assert len(store.contacts.all()) == 1
