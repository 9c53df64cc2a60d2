"""GET /v1/files/<file_id> and …/content."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from files import services, storage
from files.models import Attachment
from files.tests.cast import SentFile, some_bytes
from httpapi.tests.shapes import assert_problem
from registry.tests.cast import ALICE

pytestmark = pytest.mark.django_db

BOTH = pytest.mark.parametrize("below", ["", "/content"])


@pytest.fixture
def sent(announce) -> SentFile:
    """Announced."""
    sent = SentFile(ALICE, some_bytes(3))
    assert announce(sent).status_code == 201
    return sent


@pytest.fixture
def stored(sent: SentFile) -> SentFile:
    """Announced, sent and put together."""
    storage.write(sent.row.stored_as, sent.content)
    assert services.mark_ready(sent.row, now=timezone.now())
    return sent


def test_the_state_of_a_ready_file(ask, stored):
    body = ask(stored).json()
    assert (body["state"], body["missing"]) == ("ready", [])
    assert body["ready_at"] < body["expires_at"]


def test_the_content(ask, stored):
    response = ask(stored, "/content")
    assert response.status_code == 200
    assert response.content == stored.content
    assert {
        name: response[name]
        for name in ("Content-Type", "Content-Length", "Accept-Ranges", "ETag", "Cache-Control")
    } == {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(len(stored.content)),
        "Accept-Ranges": "bytes",
        "ETag": f'"{stored.digest}"',
        "Cache-Control": "private, no-store",
    }
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_part_of_the_content(ask, stored):
    response = ask(stored, "/content", Range="bytes=81936-")
    assert (response.status_code, response.content) == (206, stored.content[81936:])
    length = len(stored.content)
    assert response["Content-Range"] == f"bytes 81936-{length - 1}/{length}"
    assert int(response["Content-Length"]) == length - 81936


def test_a_part_of_what_it_was_before(ask, stored):
    wanted = {"Range": "bytes=10-19"}
    same = ask(stored, "/content", **wanted, **{"If-Range": f'"{stored.digest}"'})
    other = ask(stored, "/content", **wanted, **{"If-Range": '"blake3:00"'})
    assert (same.status_code, other.status_code) == (206, 200)


def test_a_part_that_is_not_there(ask, stored):
    response = ask(stored, "/content", Range=f"bytes={len(stored.content)}-")
    assert_problem(response, 416, "range_not_satisfiable")
    assert response["Content-Range"] == f"bytes */{len(stored.content)}"


@BOTH
@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer abc"}, {"Authorization": "Basic " + "0" * 64}]
)
def test_no_token(ask, stored, below, headers):
    response = ask(stored, below, headers=headers)
    assert_problem(response, 401, "token_missing")
    assert response["WWW-Authenticate"] == 'Bearer realm="kez"'


@BOTH
def test_a_wrong_token(ask, stored, below):
    other = SentFile(ALICE, b"x")
    assert_problem(ask(stored, below, headers=other.bearer), 403, "token_wrong")


@BOTH
def test_an_unknown_file(ask, handles, below):
    assert_problem(ask(SentFile(ALICE, b"x"), below), 404, "file_unknown")


@BOTH
@pytest.mark.parametrize("file_id", ["0" * 31, "0" * 33, "A" * 32, "../" + "0" * 29, "0" * 32 + "%0a"])
def test_what_is_no_id(client, db, below, file_id):
    response = client.get(f"/v1/files/{file_id}{below}", headers={"Authorization": "Bearer " + "0" * 64})
    assert_problem(response, 404, "not_found")


@BOTH
def test_a_token_does_not_travel_in_the_address(client, stored, below):
    assert_problem(
        client.get(f"/v1/files/{stored.file_id}{below}?token={stored.token}"), 401, "token_missing"
    )


def test_a_pending_file_has_no_content_yet(ask, sent):
    assert_problem(ask(sent, "/content"), 409, "file_pending")


def test_a_failed_file(ask, sent):
    services.mark_failed(sent.row, cause=Attachment.Cause.BAD_CHUNK, now=timezone.now())
    body = assert_problem(ask(sent, "/content"), 409, "file_failed")
    assert body["cause_code"] == "bad_chunk"
    assert ask(sent).json()["cause_code"] == "bad_chunk"


@pytest.mark.django_db(transaction=True)
def test_an_expired_file(ask, stored, storage_folder):
    assert services.mark_expired(stored.row, now=timezone.now())
    assert_problem(ask(stored, "/content"), 410, "file_expired")
    assert ask(stored).json()["state"] == "expired"
    assert files_in(storage_folder) == []


@pytest.mark.django_db(transaction=True)
def test_a_removed_file(ask, stored, storage_folder):
    services.remove_attachment(stored.row, actor="operator:olga", reason="illegal", now=timezone.now())
    assert_problem(ask(stored, "/content"), 410, "file_removed")
    assert files_in(storage_folder) == []


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_bytes_that_have_gone_astray(ask, stored, storage_folder, caplog):
    storage.delete(stored.row.stored_as)
    assert_problem(ask(stored, "/content"), 503, "unavailable")
    assert stored.token not in caplog.text


@pytest.mark.parametrize("wait", ["0", "26", "-1", "x", "1.5", "", "01"])
def test_a_wait_that_is_none(client, sent, wait):
    response = client.get(f"/v1/files/{sent.file_id}?wait={wait}", headers=sent.bearer)
    assert_problem(response, 400, "malformed")


def test_the_rate_of_downloads(ask, stored, settings):
    settings.KEZ_THROTTLE_FILES = "2/hour"
    assert [ask(stored).status_code, ask(stored, "/content").status_code] == [200, 200]
    assert_problem(ask(stored, "/content"), 429, "throttled")


def test_when_a_file_will_expire(ask, stored, settings):
    settings.KEZ_FILES_MAX_AGE_DAYS = 2
    row = stored.row
    assert row.ready_at is not None
    expected = row.ready_at + timedelta(days=2)
    assert ask(stored).json()["expires_at"].startswith(f"{expected:%Y-%m-%dT%H:%M:%S}")
