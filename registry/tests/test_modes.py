"""Who may register: open, by invite, by approval, closed; each refusal beside what is let through."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from httpapi.tests.shapes import assert_problem
from registry import services
from registry.errors import InviteInvalid, ModerationRefused
from registry.models import AuditEntry, Handle, Invite, PendingRegistration
from registry.tests.cast import ALICE, BOB, MALLORY, key_number, registered, registration, session_header
from registry.tests.shell import kez

pytestmark = pytest.mark.django_db


def rules(client) -> dict:
    return dict(client.get("/v1/registration").json())


# By invite ------------------------------------------------------------------------------------------


@pytest.fixture
def by_invite(settings):
    settings.KEZ_REGISTRATION = "invite"


def test_without_an_invite(by_invite, register, client):
    assert rules(client)["mode"] == "invite"
    assert_problem(register(registration(ALICE, "alice")), 403, "invite_needed")
    assert not Handle.objects.exists()


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{upper}", "{plain}"])
def test_with_an_invite_in_any_spelling(by_invite, register, spelling):
    invite, code = services.make_invite(actor="operator:olga")
    typed = spelling.format(code, upper=code.upper(), plain=code.replace("-", ""))
    response = register(registration(ALICE, "alice"), headers={"Kez-Invite": typed})
    assert response.status_code == 201
    invite.refresh_from_db()
    assert (invite.uses, Handle.objects.get().invite) == (1, invite)
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.action, entry.reason) == ("registered", f"invite …{code[-4:]}")


def test_an_invite_is_good_so_often_and_no_more(by_invite, register):
    _, code = services.make_invite(actor="operator:olga", uses=2)
    for number in range(2):
        assert (
            register(
                registration(key_number(number), f"guest{number}"), headers={"Kez-Invite": code}
            ).status_code
            == 201
        )
    assert_problem(
        register(registration(ALICE, "alice"), headers={"Kez-Invite": code}), 403, "invite_invalid"
    )


def test_a_refused_name_uses_nothing_up_and_a_repeated_claim_neither(by_invite, register):
    invite, code = services.make_invite(actor="operator:olga")
    assert_problem(
        register(registration(ALICE, "admin"), headers={"Kez-Invite": code}), 403, "handle_reserved"
    )
    assert register(registration(ALICE, "alice"), headers={"Kez-Invite": code}).status_code == 201
    # The answer was lost: with the invite that is used up, and without any.
    assert register(registration(ALICE, "alice"), headers={"Kez-Invite": code}).status_code == 200
    assert register(registration(ALICE, "alice")).status_code == 200
    invite.refresh_from_db()
    assert invite.uses == 1


@pytest.mark.parametrize("code", ["x", "aaaaa-aaaaa-aaaaa-aaaaa", "aaaaa-aaaaa-aaaaa-aaaa0", "é"])
def test_an_invite_that_is_none(by_invite, register, code):
    services.make_invite(actor="operator:olga")
    assert_problem(
        register(registration(ALICE, "alice"), headers={"Kez-Invite": code}), 403, "invite_invalid"
    )


def test_asking_whether_an_invite_is_good_uses_nothing_up(by_invite, register, client):
    _, code = services.make_invite(actor="operator:olga")

    def good(text: str) -> object:
        return client.get("/v1/registration", headers={"Kez-Invite": text}).json()["invite_good"]

    assert (good(code.upper()), good("aaaaa-aaaaa-aaaaa-aaaaa"), good("x")) == (True, False, False)
    assert rules(client)["invite_good"] is None
    assert register(registration(ALICE, "alice"), headers={"Kez-Invite": code}).status_code == 201
    assert good(code) is False


@pytest.mark.parametrize("spoil", ["expired", "revoked"])
def test_an_invite_that_was_good_once(by_invite, register, spoil):
    invite, code = services.make_invite(actor="operator:olga", expires_at=timezone.now() + timedelta(hours=1))
    if spoil == "revoked":
        services.revoke_invite(invite, actor="operator:olga", reason="Lost.")
        with pytest.raises(ModerationRefused):
            services.revoke_invite(invite, actor="operator:olga", reason="Again.")
    else:
        Invite.objects.update(expires_at=timezone.now())
    assert_problem(
        register(registration(ALICE, "alice"), headers={"Kez-Invite": code}), 403, "invite_invalid"
    )


def test_an_open_server_uses_no_invites_up(register):
    invite, code = services.make_invite(actor="operator:olga")
    assert register(registration(ALICE, "alice"), headers={"Kez-Invite": code}).status_code == 201
    invite.refresh_from_db()
    assert invite.uses == 0


def test_the_code_is_stored_nowhere(by_invite):
    _, code = services.make_invite(actor="operator:olga", note="For Bob.")
    plain = code.replace("-", "")
    row = Invite.objects.values().get()
    assert not any(plain in str(value) or plain[:8] in str(value) for value in row.values())
    assert row["hint"] == plain[-4:]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.name, entry.reason) == ("invited", f"…{plain[-4:]}", "For Bob.")


@pytest.mark.parametrize("fields", [{"uses": 0}, {"uses": 100_001}, {"expires_at": timezone.now()}])
def test_invites_that_are_not_made(fields):
    with pytest.raises(ModerationRefused):
        services.make_invite(actor="operator:olga", **fields)
    assert not Invite.objects.exists()


# By approval ----------------------------------------------------------------------------------------


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


# Closed ---------------------------------------------------------------------------------------------


def test_closed(register, client, settings):
    settings.KEZ_REGISTRATION = "closed"
    closed = {"server": "kez.lat", "mode": "closed", "proof_of_work": None, "invite_good": None}
    assert rules(client) == closed
    _, code = services.make_invite(actor="operator:olga")
    refused = register(registration(ALICE, "alice"), headers={"Kez-Invite": code})
    assert_problem(refused, 403, "registration_closed")
    # It costs no signature.
    assert_problem(register({"payload": {"handle": 1}}), 403, "registration_closed")
    assert_problem(register({}), 403, "registration_closed")


# In order of cost -----------------------------------------------------------------------------------


def test_each_gate_spares_the_dearer_ones(register, settings, monkeypatch, django_assert_num_queries):
    from registry import views

    def dear(*_, **__):
        raise AssertionError("a dearer gate was reached")

    monkeypatch.setattr(views, "verify_registration", dear)
    document = registration(ALICE, "alice")
    settings.KEZ_REGISTRATION = "closed"
    with django_assert_num_queries(2):  # whether it repeats a claim
        assert_problem(register(document), 403, "registration_closed")
    settings.KEZ_REGISTRATION = "invite"
    with django_assert_num_queries(2):
        assert_problem(register(document), 403, "invite_needed")
    settings.KEZ_REGISTRATION = "open"
    settings.KEZ_REGISTRATION_WORK = "always"
    with django_assert_num_queries(0):
        assert_problem(register(document), 403, "proof_of_work_needed")
    settings.KEZ_THROTTLE_REGISTER_NETWORK = "1/hour"
    cache.clear()
    register(document)
    with django_assert_num_queries(0):
        assert_problem(register(b"not even JSON"), 429, "throttled")


# From a shell ---------------------------------------------------------------------------------------


def test_invites_from_a_shell(by_invite, register):
    made = kez("invite", "--uses", "2", "--until", "14d", "--note", "For the choir.", "--json").document
    assert (
        made["link"] == f"http://localhost:6969/join#invite={made['code']}" or "/join#invite=" in made["link"]
    )
    assert register(registration(ALICE, "alice"), headers={"Kez-Invite": made["code"]}).status_code == 201
    (listed,) = kez("invites", "--json").document["invites"]
    assert (listed["uses"], listed["uses_allowed"], listed["note"]) == (1, 2, "For the choir.")
    assert "code" not in listed
    assert kez("uninvite", made["hint"], "--reason", "Over.").exit_code == 0
    assert kez("invites").text == "No invite is good.\n"
    assert kez("uninvite", "zzzz", "--reason", "x").exit_code == 3
    assert kez("invite", "--uses", "0").exit_code == 1
    refused = register(registration(BOB, "bobby"), headers={"Kez-Invite": made["code"]})
    assert_problem(refused, 403, "invite_invalid")


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


def test_redeeming_belongs_into_the_transaction_of_the_registration():
    invite, code = services.make_invite(actor="operator:olga")
    from registry.invites import redeem_invite

    assert redeem_invite(code, now=timezone.now()) == invite
    with pytest.raises(InviteInvalid):
        redeem_invite(code, now=timezone.now())
