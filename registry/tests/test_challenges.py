"""POST /v1/challenges."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches

from httpapi.tests.shapes import assert_problem
from registry.tests.cast import ALICE

BODY = {"primary": str(ALICE.primary)}


@pytest.fixture
def ask(post):
    def send(body, **extra):
        return post("/v1/challenges", body, **extra)

    return send


def test_a_challenge_for_a_minute(ask):
    before = datetime.now(UTC)
    response = ask(BODY)
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    body = response.json()
    assert set(body) == {"challenge", "expires_at"}
    assert len(bytes.fromhex(body["challenge"])) == 32
    expires = datetime.fromisoformat(body["expires_at"])
    assert timedelta(seconds=59) < expires - before < timedelta(seconds=70)


def test_every_challenge_is_another_one(ask):
    assert len({ask(BODY).json()["challenge"] for _ in range(10)}) == 10


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "malformed"),
        ([BODY], "malformed"),
        ({"primary": None}, "malformed"),
        ({"primary": [str(ALICE.primary)]}, "malformed"),
        ({**BODY, "handle": "alice"}, "unknown_field"),
        ({"primary": ""}, "bad_key"),
        ({"primary": ALICE.primary.hex}, "bad_key"),
        ({"primary": str(ALICE.primary).upper()}, "bad_key"),
        ({"primary": "ed25519:01" + "00" * 31}, "bad_key"),
        ({"primary": "ed25519:" + "ff" * 32}, "bad_key"),
        ('{"primary": 1, "primary": 2}', "malformed"),
    ],
)
def test_a_body_that_is_wrong(ask, body, code):
    assert_problem(ask(body), 400, code)


def test_a_body_that_is_large(ask):
    assert_problem(ask({"primary": "x" * 2000}), 413, "too_large")


def test_another_media_type(client):
    assert_problem(
        client.post("/v1/challenges", "x", content_type="text/plain"), 415, "unsupported_media_type"
    )


def test_it_is_only_posted_to(client):
    assert_problem(client.get("/v1/challenges"), 405, "method_not_allowed")


def test_the_rate(ask, settings):
    settings.KEZ_THROTTLE_LOOKUP = "1/hour"
    assert ask(BODY, REMOTE_ADDR="198.51.100.41").status_code == 201
    assert_problem(ask(BODY, REMOTE_ADDR="198.51.100.41"), 429, "throttled")


def test_no_database_is_asked(ask, django_assert_num_queries):
    with django_assert_num_queries(0):
        ask(BODY)


def test_without_valkey_nothing_is_promised(ask, settings, unused_tcp_port):
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{unused_tcp_port}"}
    }
    assert_problem(ask(BODY), 503, "unavailable")
    caches.close_all()
