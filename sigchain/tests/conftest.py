"""The service for every test of this room."""

from collections.abc import Iterator

import pytest
from django.test import Client

from sigchain.tests.processes import Processes, start_processes
from sigchain.tests.service import Sigchain


@pytest.fixture
def sigchain(client: Client, db: None) -> Sigchain:
    """The views in this process."""
    return Sigchain(client)


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Two real server processes on one SQLite database."""
    yield from start_processes(tmp_path_factory.mktemp("sigchain"))
