"""POST /v1/reports."""

from datetime import timedelta

import pytest
from django.utils import timezone

from httpapi.tests.shapes import assert_problem
from registry.models import AuditEntry, Handle
from registry.tests.cast import ALICE, BOB, MALLORY, key_number, registered, session
from reports.models import Report
from reports.tests.cast import message, report

pytestmark = pytest.mark.django_db


def test_a_report_with_opened_messages(file, alice, mallory):
    messages = [message(MALLORY, ALICE.primary, f"Nasty {number}.", seq=number) for number in (1, 2)]
    document = report(ALICE, MALLORY, messages=messages)
    response = file(document)
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    body = response.json()
    assert body["created_at"] == body["changed_at"]
    assert {key: body[key] for key in ("reported", "category", "messages", "state", "outcome")} == {
        "reported": "mallory",
        "category": "harassment",
        "messages": 2,
        "state": "new",
        "outcome": None,
    }
    row = Report.objects.get()
    assert (row.reporter, row.handle, row.text, row.document) == (alice, mallory, "Every day.", document)


def test_the_same_report_again_is_answered_as_before(file):
    document = report(ALICE, MALLORY)
    first, again = file(document), file(document)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Report.objects.count() == 1


def test_an_id_is_the_reporters_own(file, alice):
    registered(BOB, "bobby")
    assert file(report(ALICE, MALLORY, report_id="11" * 16)).status_code == 201
    assert file(report(BOB, MALLORY, handle="bobby", report_id="11" * 16)).status_code == 201


def test_messages_are_believed_to_nobody(file):
    """One that mallory never wrote, was changed, was sent to somebody else, or that alice wrote herself."""
    true = message(MALLORY, ALICE.primary, "True.")
    changed = message(MALLORY, ALICE.primary, "Harmless.")
    changed["payload"]["body"]["text"] = "Terrible."
    forged = [
        message(BOB, ALICE.primary, "Forged."),
        message(MALLORY, BOB.primary, "For Bob."),
        message(ALICE, MALLORY.primary, "Mine."),
        changed,
        session(MALLORY, "mallory", "00" * 32),
    ]
    for bad in forged:
        refused = file(report(ALICE, MALLORY, messages=[true, bad]))
        assert "Message 2" in assert_problem(refused, 422, "bad_reported_message")["detail"]
    assert not Report.objects.exists()


def test_whoever_has_no_handle_here_reports_nobody(file, alice):
    assert_problem(file(report(BOB, MALLORY, handle="bobby")), 403, "not_registered")
    assert_problem(file(report(ALICE, MALLORY, handle="alicia")), 403, "not_registered")
    Handle.objects.filter(pk=alice.pk).update(status="suspended")
    assert_problem(file(report(ALICE, MALLORY)), 403, "handle_suspended")
    Handle.objects.filter(pk=alice.pk).update(status="released")
    assert_problem(file(report(ALICE, MALLORY)), 403, "not_registered")


def test_whom_there_is_nobody_to_report(file):
    assert_problem(file(report(ALICE, BOB, about="bobby")), 404, "reported_unknown")
    # Mallory's handle, but another key: it would hit the wrong one.
    assert_problem(file(report(ALICE, BOB, about="mallory")), 404, "reported_unknown")


def test_also_a_suspended_handle_can_be_reported(file, mallory):
    Handle.objects.filter(pk=mallory.pk).update(status="suspended")
    assert file(report(ALICE, MALLORY)).status_code == 201


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"server": "other.example"}, 422, "wrong_server"),
        ({"at": timezone.now() - timedelta(minutes=6)}, 422, "stale"),
    ],
)
def test_what_was_signed_for_elsewhere_or_long_ago(file, change, status, code):
    assert_problem(file(report(ALICE, MALLORY, **change)), status, code)


def test_a_report_in_somebody_elses_name(file):
    document = report(ALICE, MALLORY)
    document["payload"]["text"] = "Changed."
    assert_problem(file(document), 401, "bad_signature")
    document = report(ALICE, MALLORY)
    document["signature"] = report(BOB, MALLORY)["signature"]
    assert_problem(file(document), 401, "key_mismatch")


def test_a_large_report(file):
    long = [message(MALLORY, ALICE.primary, "x" * 63_000, seq=number) for number in range(1, 8)]
    assert file(report(ALICE, MALLORY, messages=long)).status_code == 201
    too_long = [message(MALLORY, ALICE.primary, "x" * 63_000, seq=number) for number in range(1, 10)]
    assert_problem(file(report(ALICE, MALLORY, messages=too_long)), 400, "malformed")
    assert_problem(file(b" " * 1_100_000), 413, "too_large")


def test_the_rate_is_counted_by_reporter(file, settings):
    settings.KEZ_THROTTLE_REPORT = "2/hour"
    registered(BOB, "bobby")
    repeated = report(ALICE, MALLORY)
    for document in (repeated, report(ALICE, MALLORY)):
        assert file(document).status_code == 201
    refused = file(report(ALICE, MALLORY))
    assert_problem(refused, 429, "too_many_reports")
    assert int(refused["Retry-After"]) > 60
    assert file(repeated).status_code == 200  # a lost answer costs nothing
    assert file(report(BOB, MALLORY, handle="bobby")).status_code == 201


def test_the_rate_is_counted_by_address_too(file, settings):
    settings.KEZ_THROTTLE_LOOKUP = "1/hour"
    assert_problem(file({}, REMOTE_ADDR="192.0.2.77"), 400, "malformed")
    assert_problem(file({}, REMOTE_ADDR="192.0.2.77"), 429, "throttled")


def test_many_from_different_people_are_all_kept(file):
    for number in range(3):
        registered(key_number(number), f"person{number}")
        assert file(report(key_number(number), MALLORY, handle=f"person{number}")).status_code == 201
    assert Report.objects.filter(handle__local="mallory").count() == 3
    assert not AuditEntry.objects.exclude(action="registered").exists()
