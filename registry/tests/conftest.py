"""What the registry's tests share."""

from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def post(client: Client, db: None):
    """Post a JSON value, or raw bytes, as application/json."""

    def send(path: str, body: Any, **extra: Any) -> Any:
        return client.post(path, body, content_type="application/json", **extra)

    return send


@pytest.fixture
def register(post):
    """Post a registration."""

    def send(document: Any, **extra: Any) -> Any:
        return post("/v1/register", document, **extra)

    return send
