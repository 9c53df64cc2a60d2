"""Real web processes on a database of their own, and many callers let go at one moment."""

import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from devstack.ports import free_ports
from httpapi.tests.processes import ServerProcess, manage


class WebProcesses:
    """Several web processes that share a database; callers are spread over all of them."""

    def __init__(self, urls: Sequence[str], http: httpx.Client, environment: dict[str, str]) -> None:
        self.urls = urls
        self.http = http
        self._environment = environment
        self.database_url = environment["DATABASE_URL"]

    def kez(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs `manage.py kez` on the same database."""
        return manage(self._environment, "kez", *arguments)

    def register_at_once(
        self, documents: Sequence[Any], *, headers: dict[str, str] | None = None
    ) -> list[httpx.Response]:
        """Answers in the order of the documents."""
        return self.post_at_once("/v1/register", documents, headers=headers)

    def post_at_once(
        self, path: str, documents: Sequence[Any], *, headers: dict[str, str] | None = None
    ) -> list[httpx.Response]:
        """Post each document from a thread of its own; answers in the order of the documents."""
        start = threading.Barrier(len(documents), timeout=30)

        def post(number: int) -> httpx.Response:
            start.wait()
            url = self.urls[number % len(self.urls)]
            return self.http.post(f"{url}{path}", json=documents[number], headers=headers)

        with ThreadPoolExecutor(len(documents)) as pool:
            return list(pool.map(post, range(len(documents))))

    def look_up(self, handle: str) -> httpx.Response:
        return self.http.get(f"{self.urls[0]}/v1/u/{handle}")


@contextmanager
def web_processes(
    folder: Path, database_url: str, *, number: int = 2, **variables: str
) -> Iterator[WebProcesses]:
    """Migrate the database, then serve it. NATS is not needed: daphne is started without waiting for it."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kezsite.settings",
        "DATABASE_URL": database_url,
        **variables,
    }
    migrated = manage(environment, "migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    ports = free_ports(number)
    with ExitStack() as stack:
        for port in ports:
            daphne = ("-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "kezsite.asgi:application")
            stack.enter_context(ServerProcess(environment, *daphne, port=port, log=folder / f"{port}.log"))
        limits = httpx.Limits(max_connections=100)
        http = stack.enter_context(httpx.Client(timeout=60, limits=limits))
        yield WebProcesses([f"http://127.0.0.1:{port}" for port in ports], http, environment)
