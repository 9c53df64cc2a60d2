"""suspend_handle, reinstate_handle, reservations: what they change, write down and tell others."""

import json

import pytest
from django.db import transaction
from django.db.models import ProtectedError

from httpapi.tests.shapes import assert_problem
from registry import lookup, services
from registry.errors import ModerationRefused
from registry.models import AuditEntry, Handle, Reservation, TransparencyEntry
from registry.signals import handle_reinstated, handle_released, handle_suspended
from registry.tests.cast import ALICE, BOB, MALLORY, registered, registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return registered(ALICE, "alice")


@pytest.fixture
def heard():
    """What the signals say, in order."""
    words: list[tuple[str, str]] = []

    def on_suspended(sender, primary_hex, **_):
        words.append(("suspended", primary_hex))

    def on_reinstated(sender, primary_hex, **_):
        words.append(("reinstated", primary_hex))

    def on_released(sender, primary_hex, **_):
        words.append(("released", primary_hex))

    handle_suspended.connect(on_suspended)
    handle_reinstated.connect(on_reinstated)
    handle_released.connect(on_released)
    yield words
    handle_released.disconnect(on_released)
    handle_suspended.disconnect(on_suspended)
    handle_reinstated.disconnect(on_reinstated)


def last_entry() -> tuple[str, str, str, str]:
    entry = AuditEntry.objects.first()
    assert entry is not None
    return entry.actor, entry.action, entry.name, entry.reason


def test_suspending(alice, heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.suspend_handle(alice, actor="operator:olga", reason=" Spam. ")
        assert heard == []  # others hear of it after the commit only
    assert alice.status == "suspended"
    assert lookup.handle_state(ALICE.primary) == "suspended"
    assert lookup.active_handle_by_primary(ALICE.primary) is None
    assert last_entry() == ("operator:olga", "suspended", "alice", "Spam.")
    assert heard == [("suspended", ALICE.primary.hex)]


def test_reinstating(alice, heard, django_capture_on_commit_callbacks):
    services.suspend_handle(alice, actor="operator:olga", reason="Spam.")
    with django_capture_on_commit_callbacks(execute=True):
        services.reinstate_handle(alice, actor="operator:olga", reason="A mistake.")
    assert lookup.active_handle_by_primary(ALICE.primary) == alice
    assert last_entry() == ("operator:olga", "reinstated", "alice", "A mistake.")
    assert heard == [("reinstated", ALICE.primary.hex)]


def test_an_operator_is_named(alice, admin_user):
    services.suspend_handle(alice, actor=admin_user, reason="Spam.")
    assert last_entry()[0] == "operator:admin"


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_no_deed_without_a_reason(alice, reason):
    with pytest.raises(ModerationRefused, match="reason"):
        services.suspend_handle(alice, actor="operator:olga", reason=reason)
    assert lookup.handle_state(ALICE.primary) == "active"
    assert AuditEntry.objects.filter(action="suspended").count() == 0


def test_what_is_done_already_is_not_done_twice(alice, heard, django_capture_on_commit_callbacks):
    with pytest.raises(ModerationRefused, match="not suspended"):
        services.reinstate_handle(alice, actor="operator:olga", reason="x")
    stale_copy = Handle.objects.get()
    services.suspend_handle(alice, actor="operator:olga", reason="x")
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ModerationRefused):
        services.suspend_handle(stale_copy, actor="operator:otto", reason="x")
    assert AuditEntry.objects.filter(action="suspended").count() == 1
    assert heard == []


@pytest.mark.parametrize("before", ["active", "suspended"])
def test_releasing_is_for_good(before, heard, register, django_capture_on_commit_callbacks):
    handle = registered(BOB, "bobby", status=before)
    with django_capture_on_commit_callbacks(execute=True):
        services.release_handle(handle, actor="operator:olga", reason="Sold it.")
    assert heard == [("released", BOB.primary.hex)]
    assert lookup.handle_state(BOB.primary) == "released"
    assert last_entry() == ("operator:olga", "released", "bobby", "Sold it.")
    for deed in (services.suspend_handle, services.reinstate_handle, services.release_handle):
        with pytest.raises(ModerationRefused):
            deed(handle, actor="operator:olga", reason="x")
    assert_problem(register(registration(BOB, "bobby")), 409, "handle_taken")
    assert_problem(register(registration(MALLORY, "bobby")), 409, "handle_taken")
    assert_problem(register(registration(BOB, "bobby2")), 409, "key_in_use")


def test_a_note_changes_nothing_but_the_trail(alice, heard):
    services.note_handle(alice, actor="operator:olga", reason="Her brother wrote.")
    assert last_entry() == ("operator:olga", "noted", "alice", "Her brother wrote.")
    assert (lookup.handle_state(ALICE.primary), heard) == ("active", [])
    assert not TransparencyEntry.objects.exists()
    with pytest.raises(ModerationRefused, match="longer than 500"):
        services.note_handle(alice, actor="operator:olga", reason="x" * 501)


def test_the_public_log_names_neither_operator_nor_reason(alice):
    services.suspend_handle(alice, actor="operator:olga", reason="Spam.")
    services.reinstate_handle(alice, actor="operator:olga", reason="A mistake.")
    services.release_handle(alice, actor="operator:olga", reason="Asked for it.")
    entries = list(TransparencyEntry.objects.order_by("seq"))
    assert [entry.action for entry in entries] == ["suspended", "reinstated", "released"]
    told = json.dumps([entry.content() for entry in entries])
    assert "alice" in told
    assert not any(word in told for word in ("olga", "Spam", "mistake", ALICE.primary.hex))


def test_a_released_handle_cannot_be_reinstated():
    handle = registered(BOB, "bobby", status="released")
    with pytest.raises(ModerationRefused):
        services.reinstate_handle(handle, actor="operator:olga", reason="x")


def test_deed_and_entry_stand_or_fall_together(alice):
    with transaction.atomic():
        services.suspend_handle(alice, actor="operator:olga", reason="x")
        transaction.set_rollback(True)
    assert lookup.handle_state(ALICE.primary) == "active"
    assert not AuditEntry.objects.filter(action="suspended").exists()


def test_a_listener_that_fails_does_not_undo_the_deed(alice, django_capture_on_commit_callbacks, caplog):
    def broken(sender, **_):
        raise RuntimeError("listener")

    handle_suspended.connect(broken)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            services.suspend_handle(alice, actor="operator:olga", reason="x")
    finally:
        handle_suspended.disconnect(broken)
    assert lookup.handle_state(ALICE.primary) == "suspended"
    assert "listener" in caplog.text


def test_states(alice):
    registered(BOB, "bobby", status="released")
    assert lookup.handle_state(ALICE.primary) == "active"
    assert lookup.handle_state(BOB.primary) == "released"
    assert lookup.handle_state(MALLORY.primary) == "unknown"


def test_handles_and_entries_stay_for_good(alice):
    with pytest.raises(ProtectedError):
        alice.delete()
    entry = AuditEntry.objects.get()
    entry.reason = "rewritten"
    with pytest.raises(TypeError, match="never changed"):
        entry.save()
    with pytest.raises(TypeError, match="never deleted"):
        entry.delete()
    with pytest.raises(TypeError, match="never deleted"):
        AuditEntry.objects.all().delete()
    with pytest.raises(TypeError, match="never changed"):
        AuditEntry.objects.update(reason="rewritten")


def test_reserving_and_freeing_a_name():
    reservation = Reservation(name="town-hall", reason="For the town.")
    services.reserve_name(reservation, actor="operator:olga")
    assert lookup.is_reserved("townhall")
    assert last_entry() == ("operator:olga", "reserved", "town-hall", "For the town.")
    services.unreserve_name(reservation, actor="operator:olga")
    assert not lookup.is_reserved("townhall")
    assert last_entry() == ("operator:olga", "unreserved", "town-hall", "For the town.")
