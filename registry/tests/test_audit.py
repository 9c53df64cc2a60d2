"""The audit trail: linked, guarded by the database, and found out when somebody got past the guard."""

import json
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from kezproto.canonical import sha256_of
from registry import audit, links, services, triggers
from registry.models import AuditEntry, TransparencyEntry
from registry.tests.cast import ALICE, BOB, registered
from registry.tests.shell import kez

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail():
    """Five entries: two handles registered, one of them suspended, noted and reinstated."""
    alice = registered(ALICE, "alice")
    registered(BOB, "bobby")
    services.suspend_handle(alice, actor="operator:olga", reason="Spam.")
    services.note_handle(alice, actor="operator:olga", reason="Says it was her brother.")
    services.reinstate_handle(alice, actor="operator:otto", reason="A mistake: ☂.")
    return list(AuditEntry.objects.order_by("seq"))


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", triggers.TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET action = 'noted'",
        "UPDATE {} SET hash = hash",
        "DELETE FROM {}",
        "DELETE FROM {} WHERE seq = 1",
    ],
)
def test_the_database_refuses_to_change_or_remove_entries(trail, table, statement):
    with pytest.raises(DatabaseError, match=triggers.SENTENCE):
        run(statement.format(table))
    assert isinstance(audit.verify_trail(), links.Link)


def test_numbers_and_links(trail):
    assert [entry.seq for entry in trail] == [1, 2, 3, 4, 5]
    assert trail[0].prev == ""
    assert [entry.prev for entry in trail[1:]] == [entry.hash for entry in trail[:-1]]
    assert audit.verify_trail() == links.Link(5, trail[-1].hash)
    assert kez("audit", "verify", "--json").document == {"entries": 5, "head": trail[-1].hash}


def test_the_empty_trail_holds():
    assert audit.verify_trail() == links.Link(0, "")
    assert kez("audit", "verify").exit_code == 0


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE registry_auditentry SET reason = 'Nothing.' WHERE seq = 3", 3),
        ("UPDATE registry_auditentry SET actor = 'operator:otto' WHERE seq = 4", 4),
        ("UPDATE registry_auditentry SET at = '2026-05-25 03:00:01' WHERE seq = 1", 1),
        ("UPDATE registry_auditentry SET action = 'registered' WHERE seq = 3", 3),
        ("UPDATE registry_auditentry SET handle_id = NULL WHERE seq = 3", 3),
        ("UPDATE registry_auditentry SET name = 'bobby' WHERE seq = 3", 3),
        ("UPDATE registry_auditentry SET hash = 'sha256:00' WHERE seq = 2", 2),
        ("UPDATE registry_auditentry SET prev = '' WHERE seq = 4", 4),
        ("DELETE FROM registry_auditentry WHERE seq = 2", 2),
        ("DELETE FROM registry_auditentry WHERE seq = 1", 1),
        ("UPDATE registry_auditentry SET seq = 9 WHERE seq = 5", 5),
    ],
)
def test_tampering_is_found_and_the_first_bad_entry_named(trail, statement, seq):
    triggers.remove(connection)
    run(statement)
    found = audit.verify_trail()
    assert isinstance(found, links.Fault)
    assert found.seq == seq
    ended = kez("audit", "verify", "--json")
    assert ended.exit_code == 4
    assert ended.document["error"]["code"] == "trail_broken"
    assert f"Entry {seq} " in ended.document["error"]["message"]


def test_an_entry_forged_with_a_right_hash_breaks_the_next_link(trail):
    triggers.remove(connection)
    forged = trail[2]
    forged.reason = "Nothing."
    run(f"UPDATE registry_auditentry SET reason = 'Nothing.' WHERE seq = {forged.seq}")  # noqa: S608
    run(f"UPDATE registry_auditentry SET hash = '{sha256_of(links.document_of(forged))}' WHERE seq = 3")  # noqa: S608
    found = audit.verify_trail()
    assert found == links.Fault(4, "Entry 4 does not link to the one before it.")


def test_lost_last_entries_are_noticed_by_whoever_wrote_down_the_end(trail):
    end = f"5:{trail[-1].hash}"
    assert kez("audit", "verify", "--expect", end).exit_code == 0
    services.note_handle(trail[0].handle, actor="operator:olga", reason="One more.")
    assert kez("audit", "verify", "--expect", end).exit_code == 0
    triggers.remove(connection)
    run("DELETE FROM registry_auditentry WHERE seq > 4")
    assert isinstance(audit.verify_trail(), links.Link)
    triggers.install(connection)
    assert kez("audit", "verify").exit_code == 0
    ended = kez("audit", "verify", "--expect", end)
    assert ended.exit_code == 4
    assert "Entry 5 was seen before and is missing now." in ended.text
    # Others in their place do not help.
    services.note_handle(trail[0].handle, actor="operator:olga", reason="In its place.")
    assert "Entry 5 is another than" in kez("audit", "verify", "--expect", end).text


def test_a_missing_guard_is_told(trail):
    triggers.remove(connection)
    ended = kez("audit", "verify", "--json")
    assert (ended.exit_code, ended.document["error"]["code"]) == (4, "trail_unguarded")
    triggers.install(connection)
    assert kez("audit", "verify").exit_code == 0


@pytest.mark.parametrize("end", ["", "5", "x:sha256:00", "5:sha256:" + "0" * 63])
def test_an_expected_end_that_is_none(trail, end):
    assert kez("audit", "verify", "--expect", end).exit_code == 2


def test_exported_lines_can_be_checked_without_this_server(trail):
    lines = [json.loads(line) for line in kez("audit", "export").text.splitlines()]
    assert len(lines) == 5
    prev = None
    for line in lines:
        named = line.pop("hash")
        assert line["prev"] == prev
        assert named == sha256_of(line)
        prev = named
    assert lines[2]["reason"] == "Spam."
    assert [json.loads(line)["seq"] for line in audit.export_lines(after=3)] == [4, 5]


def test_a_long_trail_is_read_a_page_at_a_time(trail, monkeypatch):
    monkeypatch.setattr(links, "PAGE", 2)
    assert audit.verify_trail() == links.Link(5, trail[-1].hash)
    assert [entry.seq for entry in links.entries_of(AuditEntry)] == [1, 2, 3, 4, 5]


def test_an_entry_belongs_into_a_transaction_and_goes_with_it(trail):
    with transaction.atomic():
        audit.add_entry("operator:olga", AuditEntry.Action.NOTED, "alice", reason="x")
        transaction.set_rollback(True)
    assert audit.verify_trail() == links.Link(5, trail[-1].hash)


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_written():
    with pytest.raises(transaction.TransactionManagementError):
        audit.add_entry("operator:olga", AuditEntry.Action.NOTED, "alice", reason="x")
    assert not AuditEntry.objects.exists()


def test_the_public_log_is_told_of_what_happened_to_handles_only(trail):
    told = TransparencyEntry.objects.order_by("seq").values_list("seq", "action", "handle")
    assert list(told) == [(1, "suspended", "alice"), (2, "reinstated", "alice")]


def test_a_known_entry_has_the_hash_that_others_compute():
    """By hand: sha256 over the RFC 8785 form."""
    entry = AuditEntry(
        at=datetime(2026, 5, 25, 3, 0, tzinfo=UTC),
        actor="operator:olga",
        action="noted",
        name="alice",
        reason="é",
    )
    links.link(entry, links.Link())
    assert links.document_of(entry) == {
        "action": "noted",
        "actor": "operator:olga",
        "at": "2026-05-25T03:00:00Z",
        "handle": None,
        "name": "alice",
        "prev": None,
        "reason": "é",
        "seq": 1,
    }
    assert entry.hash == "sha256:8164e79ee22454a0a5ae061c270eab8580192a6acf54cd63f902440eaac28b2d"
