"""Registration by approval: who asked waits, and operators decide."""

import pytest
from django.utils import timezone

from httpapi.tests.shapes import assert_problem
from registry import services
from registry.errors import ModerationRefused
from registry.models import AuditEntry, Handle, PendingRegistration
from registry.tests.cast import ALICE, BOB, MALLORY, registered, registration, session_header
from registry.tests.shell import kez

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_approval(settings):
    settings.KEZ_REGISTRATION = "approval"


def ask(register, key=ALICE, local="alice"):
    response = register(registration(key, local))
    assert response.status_code == 202, response.content
    return response


def state(client, key=ALICE, local="alice") -> dict:
    response = client.get("/v1/registration/state", headers=session_header(client, key, local))
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "no-store"
    return dict(response.json())


def test_asking_waiting_and_being_let_in(by_approval, register, client):
    assert state(client)["state"] == "unknown"
    body = ask(register).json()
    assert (body["state"], body["handle"], body["fqhn"]) == ("waiting", "alice", "alice@kez.lat")
    assert ask(register).json() == body == state(client)
    assert client.get("/v1/u/alice").status_code == 404
    pending = PendingRegistration.objects.get()
    handle = services.approve_registration(pending, actor="operator:olga")
    assert (handle.local, handle.primary_hex, handle.registration) == (
        "alice",
        ALICE.primary.hex,
        pending.registration,
    )
    assert state(client)["state"] == "registered"
    again = register(registration(ALICE, "alice"))
    assert (again.status_code, again.json()) == (200, client.get("/v1/u/alice").json())
    assert list(AuditEntry.objects.order_by("seq").values_list("action", "actor")) == [
        ("asked", str(ALICE.primary)),
        ("approved", "operator:olga"),
    ]


def test_being_declined(by_approval, register, client):
    ask(register)
    with pytest.raises(ModerationRefused, match="reason"):
        services.decline_registration(PendingRegistration.objects.get(), actor="operator:olga", reason=" ")
    services.decline_registration(
        PendingRegistration.objects.get(), actor="operator:olga", reason="Who are you?"
    )
    told = state(client)
    assert (told["state"], told["reason"]) == ("declined", "Who are you?")
    body = assert_problem(register(registration(ALICE, "alice")), 403, "registration_declined")
    assert "Who are you?" in body["detail"]
    # The name is free for others, and the key may ask for another one.
    ask(register, BOB, "alice")
    ask(register, ALICE, "alicia")
    assert state(client)["state"] == "waiting"


def test_who_waits_keeps_the_name_and_has_one_wish(by_approval, register):
    ask(register)
    assert_problem(register(registration(MALLORY, "alice")), 409, "handle_taken")
    assert_problem(register(registration(ALICE, "alicia")), 409, "key_in_use")
    assert_problem(register(registration(BOB, "admin")), 403, "handle_reserved")
    assert PendingRegistration.objects.count() == 1


def test_a_decision_is_made_once(by_approval, register):
    ask(register)
    first, second = PendingRegistration.objects.get(), PendingRegistration.objects.get()
    services.approve_registration(first, actor="operator:olga")
    for decide in (services.approve_registration, services.decline_registration):
        with pytest.raises(ModerationRefused, match="decided before"):
            decide(second, actor="operator:otto", reason="x")
    assert Handle.objects.count() == 1


def test_what_was_registered_meanwhile_can_only_be_declined(by_approval, register):
    ask(register)
    # It cannot come about by itself; an operator at the database can do it.
    registered_row = {"primary_hex": BOB.primary.hex, "registered_at": timezone.now(), "registration": {}}
    Handle.objects.create(local="alice", **registered_row)
    pending = PendingRegistration.objects.get()
    with pytest.raises(ModerationRefused, match="registered meanwhile"):
        services.approve_registration(pending, actor="operator:olga")
    assert pending.state == "waiting"
    services.decline_registration(pending, actor="operator:olga", reason="Taken.")


def test_an_invite_spares_the_waiting(by_approval, register, client):
    ask(register)
    _, code = services.make_invite(actor="operator:olga", uses=2)
    assert register(registration(ALICE, "alice"), headers={"Kez-Invite": code}).status_code == 201
    assert register(registration(BOB, "bobby"), headers={"Kez-Invite": code}).status_code == 201
    assert state(client)["state"] == "registered"
    assert not PendingRegistration.objects.filter(state="waiting").exists()
    assert_problem(
        register(registration(MALLORY, "mallory"), headers={"Kez-Invite": code}), 403, "invite_invalid"
    )


def test_when_the_mode_changes(by_approval, register, settings):
    ask(register)
    settings.KEZ_REGISTRATION = "closed"
    assert register(registration(ALICE, "alice")).status_code == 202
    assert_problem(register(registration(BOB, "bobby")), 403, "registration_closed")
    settings.KEZ_REGISTRATION = "open"
    assert_problem(register(registration(BOB, "alice")), 409, "handle_taken")
    assert register(registration(ALICE, "alice")).status_code == 201
    pending = PendingRegistration.objects.get()
    assert (pending.state, pending.handle) == ("approved", Handle.objects.get())


@pytest.mark.parametrize("status", ["suspended", "released"])
def test_the_state_of_what_is_over(client, status):
    registered(ALICE, "alice", status=status)
    assert state(client)["state"] == status


def test_the_state_is_for_the_keys_owner(client, by_approval, register):
    ask(register)
    assert_problem(client.get("/v1/registration/state"), 401, "session_needed")
    for value in ("Kez-Session !", "Kez-Session e30", "Kez-Session " + "A" * 5000):
        assert_problem(
            client.get("/v1/registration/state", headers={"Authorization": value}), 400, "malformed"
        )
    assert_problem(
        client.get("/v1/registration/state", headers={"Authorization": "Bearer x"}), 401, "session_needed"
    )
    header = session_header(client, ALICE, "alice")
    assert client.get("/v1/registration/state", headers=header).status_code == 200
    assert_problem(client.get("/v1/registration/state", headers=header), 401, "challenge_unknown")
    assert (
        client.get("/v1/registration/state", headers=session_header(client, BOB, "alice")).json()["state"]
        == "unknown"
    )


def test_deciding_from_a_shell(by_approval, register):
    ask(register)
    ask(register, BOB, "bobby")
    assert [row["handle"] for row in kez("waiting", "--json").document["waiting"]] == ["alice", "bobby"]
    assert kez("approve", "alice@kez.lat").text == "alice is registered.\n"
    assert kez("decline", "bobby", "--reason", "No.", "--json").document == {
        "handle": "bobby",
        "state": "declined",
    }
    assert kez("approve", "bobby").exit_code == 3
    assert kez("waiting").text == "Nobody waits.\n"
