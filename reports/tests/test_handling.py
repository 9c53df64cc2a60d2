"""What operators do with a report, and what the reporter sees of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from httpapi.tests.shapes import assert_problem
from registry import alerts
from registry.errors import ModerationRefused
from registry.models import AuditEntry, Handle
from registry.tests.cast import ALICE, BOB, MALLORY, registered, session_header
from registry.tests.shell import kez
from reports import lookup, services, tasks
from reports.models import Report
from reports.tests.cast import message, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(file) -> Report:
    messages = [message(MALLORY, ALICE.primary, "Nasty.")]
    assert file(report(ALICE, MALLORY, messages=messages)).status_code == 201
    return Report.objects.get()


@pytest.fixture
def olga(django_user_model):
    return django_user_model.objects.create_user("olga", is_staff=True)


def seen_by(client, key, local) -> list[dict]:
    response = client.get("/v1/reports", headers=session_header(client, key, local))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    return list(response.json()["reports"])


def test_the_reporter_sees_state_and_outcome_and_nobody_else_does(filed, client, olga):
    (seen,) = seen_by(client, ALICE, "alice")
    assert (seen["report_id"], seen["state"], seen["outcome"]) == (filed.report_id, "new", None)
    services.assign_report(filed, olga, actor=olga)
    assert seen_by(client, ALICE, "alice")[0]["state"] == "assigned"
    services.resolve_report(filed, actor=olga, outcome="Suspended for a week.")
    (seen,) = seen_by(client, ALICE, "alice")
    assert (seen["state"], seen["outcome"]) == ("resolved", "Suspended for a week.")
    assert "olga" not in str(seen)
    assert seen_by(client, MALLORY, "mallory") == []
    assert_problem(client.get("/v1/reports"), 401, "session_needed")


def test_a_suspended_reporter_still_sees_the_outcome(filed, client, alice):
    Handle.objects.filter(pk=alice.pk).update(status="suspended")
    assert len(seen_by(client, ALICE, "alice")) == 1


def test_each_step_leaves_an_entry(filed, olga, mallory):
    services.assign_report(filed, olga, actor=olga)
    services.unassign_report(filed, actor=olga)
    services.assign_report(filed, olga, actor="operator:otto")
    services.reject_report(filed, actor=olga, outcome="A joke among friends.")
    services.reopen_report(filed, actor=olga, reason="It was none.")
    services.resolve_report(filed, actor=olga, outcome="Suspended.")
    entries = AuditEntry.objects.filter(action__startswith="report").order_by("seq")
    assert list(entries.values_list("action", "actor", "reason")) == [
        ("report_assigned", "operator:olga", ""),
        ("report_unassigned", "operator:olga", ""),
        ("report_assigned", "operator:otto", "to operator:olga"),
        ("report_rejected", "operator:olga", "A joke among friends."),
        ("report_reopened", "operator:olga", "It was none."),
        ("report_resolved", "operator:olga", "Suspended."),
    ]
    assert {entry.handle for entry in entries} == {mallory}
    assert {entry.name for entry in entries} == {f"report {filed.report_id[:8]}"}


@pytest.mark.parametrize("close", [services.resolve_report, services.reject_report])
def test_a_report_is_closed_once_and_with_words(filed, olga, close):
    with pytest.raises(ModerationRefused, match="outcome"):
        close(filed, actor=olga, outcome="  ")
    with pytest.raises(ModerationRefused, match="longer than"):
        close(filed, actor=olga, outcome="x" * 1001)
    stale = Report.objects.get()
    close(filed, actor=olga, outcome="Done.")
    assert filed.owner == olga
    for deed in (services.resolve_report, services.reject_report):
        with pytest.raises(ModerationRefused, match="not new or assigned"):
            deed(stale, actor=olga, outcome="Done again.")
    with pytest.raises(ModerationRefused):
        services.assign_report(stale, olga, actor=olga)
    assert AuditEntry.objects.filter(action__startswith="report").count() == 1


def test_only_what_is_closed_is_reopened(filed, olga):
    with pytest.raises(ModerationRefused):
        services.reopen_report(filed, actor=olga, reason="x")
    with pytest.raises(ModerationRefused):
        services.unassign_report(filed, actor=olga)


def test_opened_messages_are_checked_again_when_they_are_shown(filed):
    (opened,) = lookup.opened_messages(filed)
    assert opened.message is not None
    assert opened.message.document["payload"]["body"]["text"] == "Nasty."
    # Somebody changed it in the database.
    filed.document["payload"]["messages"][0]["payload"]["body"]["text"] = "Nastier."
    (opened,) = lookup.opened_messages(filed)
    assert opened.message is None
    assert "signature" in opened.fault


def test_what_was_told_is_erased_long_after_the_end(filed, olga, settings):
    services.resolve_report(filed, actor=olga, outcome="Suspended.")
    assert tasks.erase() == 0
    past = timezone.now() - timedelta(days=settings.KEZ_REPORT_KEEP_DAYS, minutes=1)
    Report.objects.update(closed_at=past)
    assert tasks.erase() == 1
    filed.refresh_from_db()
    assert (filed.document, filed.text, filed.message_count) == (None, "", 1)
    assert (filed.outcome, lookup.opened_messages(filed)) == ("Suspended.", [])
    assert tasks.erase() == 0


def test_an_open_report_is_kept_however_old(filed):
    Report.objects.update(created_at=timezone.now() - timedelta(days=3650))
    assert tasks.erase() == 0


def test_operators_are_told_of_new_ones_only(filed, file, olga):
    alert = alerts.describe("report")
    assert alert is not None
    assert alert.text == "Reported: mallory (harassment or threats)."
    file(report(ALICE, MALLORY))
    assert "and 1 more" in alerts.describe("report").text  # type: ignore[union-attr]
    for row in Report.objects.all():
        services.assign_report(row, olga, actor=olga)
    assert alerts.describe("report") is None


def test_from_a_shell(filed, olga):
    (listed,) = kez("report", "list", "--json").document["reports"]
    assert listed["report_id"] == filed.report_id
    beginning = filed.report_id[:8]
    shown = kez("report", "show", beginning, "--json").document
    assert (shown["reporter"], shown["text"]) == ("alice", "Every day.")
    assert (shown["opened"][0]["holds"], shown["opened"][0]["text"]) == (True, "Nasty.")
    assert "signed by them" in kez("report", "show", beginning).text
    assert kez("report", "take", beginning).exit_code == 2
    assert kez("report", "take", beginning, "--by", "olga").text == f"Report {beginning} is assigned.\n"
    assert kez("report", "resolve", beginning, "--outcome", "Suspended.").exit_code == 0
    assert kez("report", "reject", beginning, "--outcome", "No.").exit_code == 1
    assert kez("report", "reopen", beginning, "--reason", "Again.").exit_code == 0
    assert kez("report", "reject", beginning, "--outcome", "No.", "--json").document["state"] == "rejected"
    assert kez("report", "list").text == "None is open.\n"
    assert kez("report", "show", "ffffffff").exit_code == 3
    assert kez("report", "show", " ").exit_code == 3


def test_many_reports_are_listed_with_few_queries(file, client, django_assert_max_num_queries, settings):
    settings.KEZ_THROTTLE_REPORT = "100/hour"
    registered(BOB, "bobby")
    for _ in range(12):
        assert file(report(ALICE, MALLORY)).status_code == 201
    header = session_header(client, ALICE, "alice")
    with django_assert_max_num_queries(2):
        assert len(client.get("/v1/reports", headers=header).json()["reports"]) == 12
