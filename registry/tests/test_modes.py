"""Who may register: open, by invite, closed, and in which order gates stand; each refusal beside what passes."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from httpapi.tests.shapes import assert_problem
from registry import services
from registry.errors import InviteInvalid, ModerationRefused
from registry.models import AuditEntry, Handle, Invite
from registry.tests.cast import ALICE, BOB, key_number, registration
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


def test_redeeming_belongs_into_the_transaction_of_the_registration():
    invite, code = services.make_invite(actor="operator:olga")
    from registry.invites import redeem_invite

    assert redeem_invite(code, now=timezone.now()) == invite
    with pytest.raises(InviteInvalid):
        redeem_invite(code, now=timezone.now())
