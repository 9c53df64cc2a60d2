"""Browsers of people with each role."""

import pytest
from django.test import Client

from console.tests.people import operator, seated


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
