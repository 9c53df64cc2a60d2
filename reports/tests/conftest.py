"""What the reports' tests share: alice, who reports; mallory, who is reported."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from registry.models import Handle
from registry.tests.cast import ALICE, MALLORY, registered


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def alice(db: None) -> Handle:
    return registered(ALICE, "alice")


@pytest.fixture
def mallory(db: None) -> Handle:
    return registered(MALLORY, "mallory")


@pytest.fixture
def file(client: Client, alice: Handle, mallory: Handle):
    """Post a report."""

    def send(document: Any, **extra: Any) -> Any:
        return client.post("/v1/reports", document, content_type="application/json", **extra)

    return send
