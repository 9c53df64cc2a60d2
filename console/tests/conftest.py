"""Browsers of people with each role, at a server that is well."""

import pytest
from django.test import Client

from console.dashboard import checks
from console.tests.people import operator, seated
from httpapi.readiness import Result


@pytest.fixture(autouse=True)
def _checks_just_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the server had been looked over a moment ago; most of its parts are not there in these tests."""
    monkeypatch.setattr(checks, "get", lambda: {"database": Result(True, "answers")})


@pytest.fixture
def olga(db: None) -> Client:
    """The browser of an operator, at the desk."""
    return seated(operator("olga", "operator"))


@pytest.fixture
def mo(db: None) -> Client:
    """The browser of a moderator."""
    return seated(operator("mo", "moderator"))


@pytest.fixture
def audrey(db: None) -> Client:
    """The browser of an auditor."""
    return seated(operator("audrey", "auditor"))


@pytest.fixture
def nobody(db: None) -> Client:
    """The browser of somebody who gets in and has no role."""
    return seated(operator("nick", None))
