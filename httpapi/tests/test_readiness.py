import threading
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.db import DatabaseError

from httpapi import readiness
from httpapi.checks import DatabaseCheck, check_valkey
from httpapi.readiness import NotReady, run_checks
from kezproto.version import VERSION


@pytest.fixture
def checks() -> Iterator[None]:
    """No checks but those of the test; the rooms' own are there again afterwards."""
    kept = dict(readiness._checks)
    readiness._checks.clear()
    yield
    readiness._checks.clear()
    readiness._checks.update(kept)


def fail_with(error: Exception):
    def check() -> str:
        raise error

    return check


def test_health_asks_nobody(client, django_db_blocker, settings):
    with django_db_blocker.block():
        response = client.get("/v1/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "server": settings.KEZ_CHAT_SERVER, "version": VERSION}
    assert response["Cache-Control"] == "no-store"


def test_ready_when_every_check_passes(client, checks):
    readiness.register("one", lambda: "fine", needed_to_start=True)
    readiness.register("two", lambda: "fine too", needed_to_start=False)
    response = client.get("/v1/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {"one": {"ok": True, "detail": "fine"}, "two": {"ok": True, "detail": "fine too"}},
    }


def test_one_failure_makes_it_503_and_the_others_still_show(client, checks):
    readiness.register("bad", fail_with(NotReady("Start it.")), needed_to_start=True)
    readiness.register("good", lambda: "fine", needed_to_start=True)
    response = client.get("/v1/readyz")
    assert response.status_code == 503
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "status": "unavailable",
        "checks": {"bad": {"ok": False, "detail": "Start it."}, "good": {"ok": True, "detail": "fine"}},
    }


@pytest.mark.parametrize("error", [DatabaseError("host 10.1.2.3"), OSError("host 10.1.2.3")])
def test_a_drivers_own_words_stay_in_the_log(checks, error, caplog):
    readiness.register("broken", fail_with(error), needed_to_start=True)
    result = run_checks()["broken"]
    assert not result.ok
    assert "10.1.2.3" not in result.detail
    assert "10.1.2.3" in caplog.text


def test_a_check_that_hangs_costs_the_time_limit_once_and_no_more_threads(checks):
    release = threading.Event()
    begun = []

    def hang() -> str:
        begun.append(1)
        release.wait(30)
        return "late"

    readiness.register("slow", hang, needed_to_start=True)
    readiness.register("quick", lambda: "fine", needed_to_start=True)
    try:
        for _ in range(3):
            results = run_checks(seconds=0.05)
            assert not results["slow"].ok
            assert results["quick"].ok
        assert len(begun) == 1
    finally:
        release.set()
    assert run_checks(seconds=10)["slow"].detail == "late"


def test_only_what_is_needed_to_start_is_awaited_at_start(checks):
    readiness.register("needed", lambda: "fine", needed_to_start=True)
    readiness.register("later", fail_with(NotReady("Not yet.")), needed_to_start=False)
    assert list(run_checks(only_needed_to_start=True)) == ["needed"]


@pytest.mark.django_db
def test_the_database_and_valkey_are_checked():
    assert DatabaseCheck()() == "sqlite answers"
    assert check_valkey() == "answers"


def test_a_dead_valkey_is_not_ready(checks, settings, unused_tcp_port):
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{unused_tcp_port}"}
    }
    readiness.register("valkey", check_valkey, needed_to_start=True)
    assert not run_checks()["valkey"].ok
    caches.close_all()
