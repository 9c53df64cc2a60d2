"""The service as it runs alone: processes of its own, no registry, no NATS."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from devstack.ports import HOST
from devstack.stack import Stack
from kezproto.keys import SigningKey
from sigchain.tests.service import chain_path, events_path

CALLERS = 40


class Processes:
    """Two sigchain processes that share a database; callers are spread over both."""

    def __init__(self, stack: Stack) -> None:
        second = f"http://{HOST}:{stack.ports.web}"
        self.urls = [stack.sigchain_url, second]
        self.http = httpx.Client(timeout=60, limits=httpx.Limits(max_connections=CALLERS))

    def race(self, key: SigningKey, documents: list[dict[str, Any]]) -> list[httpx.Response]:
        """Post each document from a thread of its own, all let go at one moment."""
        start = threading.Barrier(len(documents), timeout=30)

        def post(number: int) -> httpx.Response:
            start.wait()
            return self.http.post(self.urls[number % 2] + events_path(key), json=documents[number])

        with ThreadPoolExecutor(len(documents)) as pool:
            return list(pool.map(post, range(len(documents))))

    def chain(self, key: SigningKey) -> dict[str, Any]:
        served = [self.http.get(url + chain_path(key)).json() for url in self.urls]
        assert served[0] == served[1]
        return dict(served[0])


def start_processes(folder: Path, **extra: str) -> Iterator[Processes]:
    """The service alone: no registry, no NATS."""
    stack = Stack(folder, only=["valkey", "sigchain"], extra=extra)
    serve = f"exec python manage.py serve --bind {HOST}:{stack.ports.web}"
    stack.commands["second"] = f"DJANGO_SETTINGS_MODULE=kezsite.sigchain_settings {serve}"
    with stack:
        service = Processes(stack)
        with service.http:
            for url in service.urls:
                stack.wait_url(f"{url}/v1/readyz", deadline=time.monotonic() + 60)
            yield service
