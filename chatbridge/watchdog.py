"""Ends a process whose event loop or connection has frozen: a responder that is alive but silent would go on eating
its share of all logins, since the broker deals them out to every member of the queue group.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

EXIT_CODE = 70  # EX_SOFTWARE


def exit_now() -> None:
    """Leave without cleaning up: whatever would have to help with that hangs."""
    logging.shutdown()
    os._exit(EXIT_CODE)


class Watchdog:
    """A thread of its own, so it works when the event loop does not. `beat` must be called every `seconds` at least."""

    def __init__(self, *, seconds: float, on_late: Callable[[], None] = exit_now) -> None:
        self._seconds = seconds
        self._on_late = on_late
        self._last = time.monotonic()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._last = time.monotonic()
        self._thread.start()

    def beat(self) -> None:
        """Here I am. After a freeze the beating thread may wake up first: then it is the beat that tells."""
        if not self._is_late():
            self._last = time.monotonic()

    def stop(self) -> None:
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(self._seconds / 10):
            if self._is_late():
                return

    def _is_late(self) -> bool:
        late = time.monotonic() - self._last
        if late <= self._seconds:
            return False
        logger.critical("Frozen for %.1f s; leaving, so that others do the work.", late)
        self._on_late()
        return True
