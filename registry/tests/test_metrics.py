"""What the registry counts."""

import pytest
from django.db import DatabaseError
from prometheus_client import REGISTRY

from registry.metrics import HandleCollector
from registry.tests.cast import ALICE, BOB, MALLORY, registered, registration

pytestmark = pytest.mark.django_db


def registrations(result: str) -> float:
    return REGISTRY.get_sample_value("kez_registrations_total", {"result": result}) or 0


def test_registrations_are_counted_by_result(register):
    results = ("created", "repeated", "handle_taken", "malformed", "method_not_allowed")
    before = [registrations(result) for result in results]
    register(registration(ALICE, "alice"))
    register(registration(ALICE, "alice"))
    register(registration(MALLORY, "alice"))
    register({})
    assert [registrations(result) for result in results] == [
        count + more for count, more in zip(before, (1, 1, 1, 1, 0), strict=True)
    ]


def test_handles_are_counted_by_status(client):
    registered(ALICE, "alice")
    registered(BOB, "bobby", status="suspended")
    text = client.get("/metrics").content.decode()
    assert 'kez_handles{status="active"} 1.0' in text
    assert 'kez_handles{status="suspended"} 1.0' in text
    assert 'kez_handles{status="released"} 0.0' in text


def test_without_a_database_the_rest_is_still_told(client, monkeypatch):
    def unreachable() -> dict[str, int]:
        raise DatabaseError

    # The database cannot be taken from under one test, so its failure is thrown where the count is read.
    monkeypatch.setattr("registry.lookup.count_by_status", unreachable)
    assert list(HandleCollector().collect()) == []
    assert "kez_http_requests_total" in client.get("/metrics").content.decode()
