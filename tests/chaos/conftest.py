"""Fault tests share a cluster, and are quiet about each request."""

import logging
from collections.abc import Iterator

import pytest

from devstack.cluster import Cluster
from devstack.postgres import find_programs


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("httpx", "natslink", "websockets"):
        caplog.set_level(logging.WARNING, logger=name)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Its parts may be killed: they are started again. One for all fault tests, since it takes a minute to start."""
    if find_programs() is None:
        pytest.skip("PostgreSQL is not installed (no initdb on PATH): the cluster needs it")
    with Cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running
