"""Messages that were opened to operators: shown if they hold, told to be worthless if they do not."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from console.evidence import evidence_of
from console.tests.rows import reported
from kezproto.bodies import chunked_file_body, text_body
from kezproto.keys import SigningKey
from kezproto.messages import message_payload, uuid7
from kezproto.signed import sign
from registry.tests.cast import ALICE, BOB, MALLORY, name, registered
from reports.models import Report

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def message(sender: SigningKey, to: SigningKey, body: dict[str, Any]) -> dict[str, Any]:
    payload = message_payload(
        id=uuid7(NOON, bytes(10)),
        sender=sender.primary,
        sender_handle=name("bobby"),
        to=to.primary,
        device="a" * 16,
        seq=1,
        prev=None,
        chain=None,
        created_at=NOON,
        body=body,
    )
    return sign("message", payload, sender)


@pytest.fixture
def report() -> Report:
    """Alice reports bob."""
    return reported(registered(BOB, "bobby"), by=registered(ALICE, "alice"))


def opened(report: Report, *messages: Any) -> Report:
    report.document = {"payload": {"messages": list(messages)}}
    report.message_count = len(messages)
    report.save()
    return report


def test_what_the_reported_key_signed_is_shown(report, mo, audrey):
    opened(report, message(BOB, ALICE, text_body("Buy followers!\n<b>Now</b>")))
    assert evidence_of(report) == [(NOON, "signed by bobby for alice", "Buy followers!\n<b>Now</b>")]
    address = f"/admin/reports/report/{report.pk}/change/"
    page = mo.get(address).content.decode()
    assert "signed by bobby for alice" in page
    assert "&lt;b&gt;Now&lt;/b&gt;" in page
    assert "Buy followers" not in audrey.get(address).content.decode()


def test_of_a_file_its_name_is_shown_and_not_its_key(report):
    key = bytes(range(32))
    body = chunked_file_body(
        file_id="ab" * 16,
        file_key=key,
        filename="price list.pdf",
        mime="application/pdf",
        size=300_000,
        digest=f"blake3:{'0' * 64}",
        plain_digest=f"blake3:{'1' * 64}",
    )
    ((_, _, text),) = evidence_of(opened(report, message(BOB, ALICE, body)))
    assert text == "A file: price list.pdf (application/pdf, 300000 bytes)"


def forged(**changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(message(BOB, ALICE, text_body("Hello.")))
    document["payload"] |= changes
    return document


@pytest.mark.parametrize(
    "document",
    [
        forged(body=text_body("Something worse.")),
        message(MALLORY, ALICE, text_body("Not bob's.")),
        message(BOB, MALLORY, text_body("Not to alice.")),
        message(ALICE, BOB, text_body("Her own.")),
        {},
    ],
    ids=["changed", "of somebody else", "to somebody else", "the reporter's own", "nothing"],
)
def test_what_proves_nothing_says_so_and_is_not_shown(report, document):
    good = message(BOB, ALICE, text_body("Hello."))
    (at, check, text), second = evidence_of(opened(report, document, good))
    assert (at, text) == (None, "")
    assert "signed by" not in str(check)
    assert second == (NOON, "signed by bobby for alice", "Hello.")


def test_after_they_were_erased(report, mo):
    opened(report, message(BOB, ALICE, text_body("Hello.")))
    Report.objects.update(document=None)
    assert "They were erased" in mo.get(f"/admin/reports/report/{report.pk}/change/").content.decode()
