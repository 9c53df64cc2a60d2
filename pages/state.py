"""How this server is doing, for its start page."""

import threading
import time
from dataclasses import dataclass

from httpapi.readiness import run_checks
from registry.lookup import count_by_status

KEEP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ServerState:
    """`works`: everything that is needed answers. `handles` is None where they could not be counted."""

    works: bool
    handles: int | None


class _Remembered:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: ServerState | None = None
        self._until = 0.0

    def get(self) -> ServerState:
        with self._lock:  # callers that come together wait for one look
            if self._state is None or time.monotonic() >= self._until:
                self._state = _look()
                self._until = time.monotonic() + KEEP_SECONDS
            return self._state


def _look() -> ServerState:
    results = run_checks()
    database = results.get("database")
    handles = count_by_status()["active"] if database and database.ok else None
    return ServerState(all(result.ok for result in results.values()), handles)


server_state = _Remembered().get
