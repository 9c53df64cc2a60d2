"""POST /v1/files."""

from datetime import timedelta

import pytest
from django.utils import timezone

from files import services
from files.models import Attachment, EarlyChunks
from files.tests.cast import SentFile, some_bytes
from httpapi.tests.shapes import assert_problem
from kezproto.timestamps import parse_timestamp
from registry.models import AuditEntry, Handle
from registry.tests.cast import ALICE, BOB, MALLORY

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent() -> SentFile:
    return SentFile(ALICE, some_bytes(3))


def test_a_file_is_announced(announce, ask, sent):
    response = announce(sent)
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    body = dict(response.json())
    assert abs(parse_timestamp(body.pop("announced_at")) - timezone.now()) < timedelta(seconds=30)
    assert body == {
        "file_id": sent.file_id,
        "state": "pending",
        "size": len(sent.data),
        "chunks": 3,
        "received": 0,
        "missing": [0, 1, 2],
        "cause": None,
        "cause_code": None,
        "ready_at": None,
        "expires_at": None,
    }
    assert ask(sent).json() == response.json()
    assert sent.row.announcement["payload"]["file_id"] == sent.file_id


def test_the_same_again_is_answered_as_before(announce, sent):
    first, again = announce(sent), announce(sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


@pytest.mark.parametrize(
    "change",
    [{"digest": "blake3:" + "0" * 64}, {"access": "blake3:" + "0" * 64}, {"size": 3 * 81920 - 1}],
    ids=lambda change: next(iter(change)),
)
def test_another_file_of_the_same_id_is_refused(announce, sent, change):
    announce(sent)
    assert_problem(announce(sent, **change), 409, "file_id_taken")


def test_a_stranger_cannot_take_an_id(announce, ask, sent):
    announce(sent)
    assert_problem(announce(sent, signed_by=BOB), 409, "file_id_taken")
    assert ask(sent).status_code == 200


@pytest.mark.parametrize(
    ("status", "code"), [("suspended", "handle_suspended"), ("released", "not_registered")]
)
def test_a_handle_that_is_not_active(announce, sent, status, code):
    Handle.objects.filter(local="alice").update(status=status)
    assert_problem(announce(sent), 403, code)


def test_a_key_without_a_handle(announce):
    body = assert_problem(announce(SentFile(MALLORY, b"x")), 403, "not_registered")
    assert "register one" in body["detail"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"size": 0, "chunks": 0}, 400, "malformed"),
        ({"size": 10 * 1024 * 1024 + 1, "chunks": 129}, 400, "malformed"),
        ({"chunks": 4}, 400, "malformed"),
        ({"file_id": "ABC"}, 400, "malformed"),
        ({"digest": "sha256:" + "0" * 64}, 400, "malformed"),
        ({"name": "holiday.jpg"}, 400, "unknown_field"),
        ({"version": 2}, 400, "wrong_type"),
        ({"server": "elsewhere.example"}, 422, "wrong_server"),
        ({"created_at": "2026-05-25T03:00:00Z"}, 422, "stale"),
    ],
)
def test_what_the_protocol_refuses(announce, sent, change, status, code):
    assert_problem(announce(sent, **change), status, code)
    assert not Attachment.objects.exists()


def test_an_altered_announcement(announce, sent):
    document = sent.announcement()
    document["payload"]["access"] = "blake3:" + "0" * 64
    assert_problem(announce(document), 401, "bad_signature")


def test_an_announcement_in_another_name(announce, sent):
    document = sent.announcement(primary=str(BOB.primary))
    assert_problem(announce(document), 401, "key_mismatch")


def test_a_failed_upload_starts_afresh(announce, ask, sent):
    announce(sent)
    services.record_chunks({sent.upload: 0b011}, now=timezone.now())
    assert services.mark_failed(sent.row, cause=Attachment.Cause.DIGEST_MISMATCH, now=timezone.now())
    failed = ask(sent).json()
    assert (failed["state"], failed["cause_code"], failed["missing"]) == ("failed", "digest_mismatch", [])
    assert failed["cause"].startswith("The chunks that arrived are not")
    response = announce(sent)
    body = response.json()
    assert (response.status_code, body["state"], body["cause"], body["missing"]) == (
        200,
        "pending",
        None,
        [0, 1, 2],
    )
    assert sent.row.attempt == 2


def test_a_removed_file_cannot_come_back(announce, ask, sent):
    announce(sent)
    services.remove_attachment(sent.row, actor="operator:olga", reason="illegal", now=timezone.now())
    assert_problem(announce(sent), 410, "file_gone")
    assert ask(sent).json()["state"] == "removed"


def test_chunks_that_came_before(announce, sent):
    services.record_chunks({sent.upload: 0b101}, now=timezone.now())
    assert EarlyChunks.objects.count() == 1
    body = announce(sent).json()
    assert (body["received"], body["missing"]) == (2, [1])
    assert not EarlyChunks.objects.exists()


def test_chunks_of_a_stranger_under_the_same_id_do_not_count(announce, sent):
    services.record_chunks({SentFile(BOB, b"x", file_id=sent.file_id).upload: 0b111}, now=timezone.now())
    assert announce(sent).json()["received"] == 0


@pytest.fixture
def small_quotas(settings):
    settings.KEZ_FILES_IN_FLIGHT_BYTES = 100_000
    settings.KEZ_FILES_STORED_BYTES = 150_000
    settings.KEZ_FILES_PER_DAY = 4


def ready(sent: SentFile) -> None:
    """As if the file had been sent and stored."""
    assert services.mark_ready(sent.row, now=timezone.now())


def test_bytes_in_flight(announce, small_quotas):
    first, second = SentFile(ALICE, bytes(60_000)), SentFile(ALICE, bytes(60_000))
    assert announce(first).status_code == 201
    body = assert_problem(announce(second), 403, "quota_in_flight")
    assert (body["limit"], body["used"]) == (100_000, 60_000)
    assert announce(SentFile(BOB, bytes(60_000))).status_code == 201
    ready(first)
    assert announce(second).status_code == 201


def test_bytes_stored(announce, small_quotas):
    for _ in range(2):
        sent = SentFile(ALICE, bytes(60_000))
        announce(sent)
        ready(sent)
    third = SentFile(ALICE, bytes(40_000))
    body = assert_problem(announce(third), 403, "quota_stored")
    assert (body["limit"], body["used"]) == (150_000, 120_000)
    services.mark_expired(sent.row, now=timezone.now())
    assert announce(third).status_code == 201


def test_files_a_day(announce, small_quotas):
    sent = [SentFile(ALICE, bytes([number])) for number in range(5)]
    for each in sent[:4]:
        assert announce(each).status_code == 201
    body = assert_problem(announce(sent[4]), 403, "quota_daily")
    assert (body["limit"], body["used"]) == (4, 4)
    assert announce(sent[0]).status_code == 200
    Attachment.objects.filter(file_id=sent[0].file_id).update(
        announced_at=timezone.now() - timedelta(hours=25)
    )
    assert announce(sent[4]).status_code == 201


def test_an_operator_allows_one_handle_more(announce, small_quotas):
    sent = [SentFile(ALICE, bytes(60_000)) for _ in range(2)]
    announce(sent[0])
    assert_problem(announce(sent[1]), 403, "quota_in_flight")
    more = {"in_flight_bytes": 120_000, "stored_bytes": 200_000, "files_per_day": 2}
    alice = Handle.objects.get(local="alice")
    services.set_quota(alice, **more, actor="shell:test", reason="Sends pictures.")
    assert announce(sent[1]).status_code == 201
    body = assert_problem(announce(SentFile(ALICE, b"x")), 403, "quota_daily")
    assert body["limit"] == 2
    entry = AuditEntry.objects.latest("seq")
    assert (entry.action, entry.name) == ("quota_set", "alice")
    assert entry.reason.endswith("files_per_day 2: Sends pictures.")
    as_others = dict.fromkeys(more)
    services.set_quota(alice, **as_others, actor="shell:test", reason="Enough.")
    assert_problem(announce(SentFile(ALICE, b"x")), 403, "quota_in_flight")


def test_a_failed_file_is_counted_again_only_for_its_bytes(announce, small_quotas):
    sent = [SentFile(ALICE, bytes(20_000)) for _ in range(4)]
    for each in sent:
        announce(each)
    services.mark_failed(sent[0].row, cause=Attachment.Cause.TIMED_OUT, now=timezone.now())
    assert announce(sent[0]).status_code == 200


def test_the_rate_of_announcements(announce, sent, settings):
    settings.KEZ_THROTTLE_FILES = "1/hour"
    assert announce(sent).status_code == 201
    assert_problem(announce(sent), 429, "throttled")
