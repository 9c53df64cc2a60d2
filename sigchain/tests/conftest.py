"""The service for every test of this room."""

import pytest
from django.test import Client

from sigchain.tests.service import Sigchain


@pytest.fixture
def sigchain(client: Client, db: None) -> Sigchain:
    return Sigchain(client)
