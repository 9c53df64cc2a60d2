"""The queues: registrations that wait, reports, invites."""

import re

import pytest

from console.tests.people import operator, seated
from console.tests.rows import reported
from registry import services
from registry.invites import find_invite
from registry.models import AuditEntry, Handle, Invite, PendingRegistration
from registry.tests.cast import ALICE, BOB, MALLORY, registered, registration

pytestmark = pytest.mark.django_db

PENDING, REPORTS, INVITES = (
    "/admin/registry/pendingregistration/",
    "/admin/reports/report/",
    "/admin/registry/invite/",
)


@pytest.fixture
def waiting() -> PendingRegistration:
    return PendingRegistration.objects.create(
        local="mallory",
        primary_hex=MALLORY.primary.hex,
        registration=registration(MALLORY, "mallory"),
        asked_at="2026-05-25T03:00:00Z",
    )


@pytest.fixture
def report():
    return reported(registered(BOB, "bobby"), by=registered(ALICE, "alice"))


def test_approving_gives_the_handle(mo, waiting):
    assert ">mallory<" in mo.get(PENDING).content.decode()
    mo.post(f"{PENDING}{waiting.pk}/do/approve/", {"reason": ""})
    assert Handle.objects.get().local == "mallory"
    assert ">mallory<" not in mo.get(PENDING).content.decode()
    assert ">mallory<" in mo.get(PENDING, {"state": "all"}).content.decode()
    late = mo.post(f"{PENDING}{waiting.pk}/do/decline/", {"reason": "No."}, follow=True)
    assert "was decided before" in late.content.decode()


def test_several_at_once(mo, waiting):
    chosen = {
        "action": "decline",
        "_selected_action": [waiting.pk],
        "confirmed": "1",
        "reason": "Looks like spam.",
    }
    mo.post(PENDING, chosen)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by, waiting.reason) == (
        "declined",
        "operator:mo",
        "Looks like spam.",
    )


def test_whoever_decides_sees_names_that_look_alike(mo, waiting):
    registered(ALICE, "ma1lory")
    assert "ma1lory" in mo.get(f"{PENDING}{waiting.pk}/change/").content.decode()


def test_a_report_is_taken_and_resolved(mo, report):
    page = mo.get(REPORTS).content.decode()
    assert "bobby" in page
    mo.post(f"{REPORTS}{report.pk}/do/take/")
    report.refresh_from_db()
    assert (report.state, report.owner.username) == ("assigned", "mo")
    refused = mo.post(f"{REPORTS}{report.pk}/do/resolve/", {"outcome": " "}).content.decode()
    assert "An outcome is needed" in refused
    mo.post(f"{REPORTS}{report.pk}/do/resolve/", {"outcome": "Suspended."})
    report.refresh_from_db()
    assert (report.state, report.outcome) == ("resolved", "Suspended.")
    assert report.report_id[:8] not in mo.get(REPORTS).content.decode()
    assert report.report_id[:8] in mo.get(REPORTS, {"state": "resolved", "q": "@Bobby"}).content.decode()
    mo.post(f"{REPORTS}{report.pk}/do/reopen/", {"reason": "He is back."})
    report.refresh_from_db()
    assert report.state == "new"
    actions = (
        AuditEntry.objects.filter(name__startswith="report").order_by("seq").values_list("action", flat=True)
    )
    assert list(actions) == ["report_assigned", "report_resolved", "report_reopened"]


def test_what_was_written_to_operators_is_for_those_who_deal_with_it(mo, audrey, report):
    assert "Sells followers." in mo.get(f"{REPORTS}{report.pk}/change/").content.decode()
    page = audrey.get(f"{REPORTS}{report.pk}/change/").content.decode()
    assert "Sells followers." not in page
    assert "bobby" in page


def test_the_code_of_an_invite_is_shown_once(olga):
    page = olga.post(f"{INVITES}add/", {"uses_allowed": "3", "note": "For the town."}).content.decode()
    (code,) = re.findall(r"<code>([a-z2-9-]{23})</code>", page)
    invite = Invite.objects.get()
    assert find_invite(code) == invite
    assert (invite.uses_allowed, invite.note, invite.created_by) == (3, "For the town.", "operator:olga")
    for later in (INVITES, f"{INVITES}{invite.pk}/change/", "/admin/"):
        shown = olga.get(later).content.decode()
        assert code not in shown
        assert code.replace("-", "") not in shown
    assert code not in str(olga.cookies)


@pytest.mark.parametrize(
    "wrong",
    [{"uses_allowed": "0"}, {"uses_allowed": "1", "expires_at": "2020-01-01T00:00"}],
)
def test_invites_that_are_good_for_nothing(olga, wrong):
    assert "errorlist" in olga.post(f"{INVITES}add/", wrong).content.decode()
    assert not Invite.objects.exists()


def test_withdrawing_an_invite(olga):
    invite, _ = services.make_invite(actor="shell:test")
    olga.post(f"{INVITES}{invite.pk}/do/revoke/", {"reason": "It leaked."})
    invite.refresh_from_db()
    assert invite.revoked_at is not None
    assert "/do/revoke/" not in olga.get(f"{INVITES}{invite.pk}/change/").content.decode()


def test_two_operators_decide_once(waiting):
    first, second = seated(operator("mo", "moderator")), seated(operator("max", "moderator"))
    first.post(f"{PENDING}{waiting.pk}/do/approve/", {})
    second.post(f"{PENDING}{waiting.pk}/do/approve/", {})
    assert AuditEntry.objects.filter(action="approved").count() == 1
