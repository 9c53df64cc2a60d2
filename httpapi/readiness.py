"""What this process needs, checked with a time limit: shown by /v1/readyz, awaited by `manage.py serve`.

Rooms register their checks in `AppConfig.ready`. A check returns a short text for people or raises `NotReady` with a
sentence that says what to do; both are public, so neither holds addresses, names of machines or secrets.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import DatabaseError, connections
from redis.exceptions import RedisError

CHECK_SECONDS = 3.0

logger = logging.getLogger(__name__)


class NotReady(Exception):  # noqa: N818 - reads as what it says
    """A part that this process needs is not usable; the message is the sentence to show."""


@dataclass(frozen=True, slots=True)
class Result:
    ok: bool
    detail: str


class _Run:
    """One run of a check in a thread of its own, so that a check that hangs costs its caller only the time limit."""

    def __init__(self, name: str, check: Callable[[], str]) -> None:
        self._name = name
        self._check = check
        self._result: Result | None = None
        self._thread = threading.Thread(target=self._work, name=f"readiness-{name}", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            self._result = Result(True, self._check())
        except NotReady as error:
            self._result = Result(False, str(error))
        except (DatabaseError, RedisError, OSError) as error:
            # A driver's own words may hold addresses: they go to the log only.
            logger.warning("Readiness check %s failed: %s", self._name, error)
            self._result = Result(False, "Out of reach; the server's log says why.")
        finally:
            connections.close_all()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def wait(self, deadline: float) -> Result:
        """The result, or that there is none by `deadline` (monotonic seconds)."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if self.running:
            return Result(False, "No answer in time.")
        return self._result or Result(False, "The check failed; the server's log says why.")


class _Check:
    def __init__(self, name: str, check: Callable[[], str], needed_to_start: bool) -> None:
        self.name = name
        self.needed_to_start = needed_to_start
        self._check = check
        self._lock = threading.Lock()
        self._run: _Run | None = None

    def begin(self) -> _Run:
        """A fresh run, or the one still under way: callers that come together share it, and hangs do not pile up."""
        with self._lock:
            if self._run is None or not self._run.running:
                self._run = _Run(self.name, self._check)
            return self._run


_checks: dict[str, _Check] = {}


def register(name: str, check: Callable[[], str], *, needed_to_start: bool) -> None:
    """Add a check, or replace the one of the same name.

    `needed_to_start`: `manage.py serve` waits for it before it opens the port.
    """
    _checks[name] = _Check(name, check, needed_to_start)


def unregister(name: str) -> None:
    """Remove a check; nothing happens if there is none of that name."""
    _checks.pop(name, None)


def run_checks(*, only_needed_to_start: bool = False, seconds: float = CHECK_SECONDS) -> dict[str, Result]:
    """Run all checks side by side; takes at most about `seconds`, whatever hangs."""
    chosen: Iterable[_Check] = [
        check for check in _checks.values() if check.needed_to_start or not only_needed_to_start
    ]
    runs = {check.name: check.begin() for check in chosen}
    deadline = time.monotonic() + seconds
    return {name: run.wait(deadline) for name, run in runs.items()}
