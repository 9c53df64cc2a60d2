"""Real servers for every test folder, each started once a run and only when a test asks for it."""

import gc
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from django.db import connection

from devstack.cluster import Cluster
from devstack.environment import ROOT
from devstack.ports import HOST, free_ports
from devstack.postgres import Postgres, find_programs
from devstack.stack import Stack
from httpapi.tests.processes import ServerProcess
from registry import triggers
from tests.environment import FOLDER, PORTS
from tests.figures import figures as figures  # the fixture
from tests.figures import show as show_figures

# The only reasons for which a test may be skipped in CI; everything else is installed by `make test`.
EXPECTED_SKIPS = ("PostgreSQL is not installed", "systemd-analyze is not installed")

# What `make test` runs on one server, `KEZ_TEST_CLUSTER=1` runs on many processes: only what uses the shared server.
ON_CLUSTER = os.environ.get("KEZ_TEST_CLUSTER", "") == "1"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The slow files come first, so that at the end no worker has to wait for the other.

    Two workers share the tests file by file (`--dist=loadfile`; pytest 9 no longer sees the groups of `loadgroup`);
    each starts one server and one browser, when it first needs them.
    """
    if ON_CLUSTER:
        end_to_end = [
            item for item in items if "stack" in _fixtures(item) and not item.get_closest_marker("one_server")
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in end_to_end])
        items[:] = end_to_end
    stacks = {"stack", "own_stack"}
    items.sort(key=lambda item: ("browser" not in _fixtures(item), stacks.isdisjoint(_fixtures(item))))


def pytest_collection_finish() -> None:
    """The tests and what they import live as long as the run: looking for garbage among them took small tests
    a seventh of their time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


def _is_unexpected(report: pytest.TestReport) -> bool:
    return not any(reason in str(report.longrepr) for reason in EXPECTED_SKIPS)


def _unexpected_skips(config: pytest.Config) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter and os.environ.get("CI") else []
    return [report for report in skipped if _is_unexpected(report)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skip that nobody expected fails the run: a green one must not hide tests that never ran."""
    if _unexpected_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    show_figures(terminalreporter, config)
    for report in _unexpected_skips(config):
        terminalreporter.write_line(f"unexpected skip: {report.nodeid}: {report.longrepr}", red=True)


def _start(name: str, command: list[str], port: int) -> subprocess.Popen[bytes]:
    log_file = FOLDER / f"{name}.log"
    with log_file.open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{name} did not start:\n{log_file.read_text()}")
            time.sleep(0.02)
        else:
            return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(autouse=True)
def _logs_can_be_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test on real transactions is cleaned up by emptying every table, which the logs refuse: the guard goes before.

    Emptying the tables tells `post_migrate`, and that puts the guard up again.
    """
    marker = request.node.get_closest_marker("django_db")
    real = "transactional_db" in request.fixturenames or bool(marker and marker.kwargs.get("transaction"))
    if real:
        request.getfixturevalue("transactional_db")
    yield
    if real:
        triggers.remove(connection)


@pytest.fixture(scope="session", autouse=True)
def valkey() -> Iterator[None]:
    """A real Valkey where settings.REDIS_URL points."""
    process = _start("valkey", ["python", "-m", "devstack.valkey"], PORTS.valkey)
    yield
    _end(process)


@pytest.fixture(scope="session")
def nats_server() -> Iterator[None]:
    """A real nats-server with our deploy/nats.conf where settings.NATS_URL points."""
    process = _start("nats", ["nats-server", "-c", "deploy/nats.conf"], PORTS.nats)
    yield
    _end(process)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole server, every process of the Procfile. Tests that kill its parts make one of their own.

    With KEZ_TEST_CLUSTER=1 it is a cluster: three web processes, two of most others, three NATS nodes, PostgreSQL.
    """
    if ON_CLUSTER and find_programs() is None:
        pytest.skip("PostgreSQL is not installed (no initdb on PATH): the cluster needs it")
    with (Cluster if ON_CLUSTER else Stack)(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def in_mode(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """`in_mode("invite")` is the address of a further web process of the shared server, which takes registrations so.

    Where operators approve, it asks for a (small) proof of work as well.
    """
    addresses: dict[str, str] = {}
    with ExitStack() as processes:

        def address(mode: str) -> str:
            if mode not in addresses:
                (port,) = free_ports(1)
                addresses[mode] = f"http://localhost:{port}"
                environment = {
                    **stack.environment,
                    "KEZ_REGISTRATION": mode,
                    "KEZ_REGISTRATION_WORK": "always" if mode == "approval" else "never",
                    "KEZ_REGISTRATION_WORK_BITS": "10",
                    "KEZ_CHAT_PUBLIC_URL": addresses[mode],
                }
                daphne = ("-m", "daphne", "-b", HOST, "-p", str(port), "kezsite.asgi:application")
                log = tmp_path_factory.mktemp(mode) / "web.log"
                processes.enter_context(ServerProcess(environment, *daphne, port=port, log=log))
            return addresses[mode]

        yield address


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server, where one is installed."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (no initdb on PATH): its tests need it")
    (port,) = free_ports(1)
    with Postgres(FOLDER / "postgres", port, programs) as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """The DATABASE_URL of an empty database on a real PostgreSQL server."""
    return postgres.url(f"kez_{uuid4().hex[:12]}")
