"""Starts again what has ended, as systemd and Docker do: for clusters whose parts are killed."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from subprocess import Popen

LOOK_SECONDS = 0.1
PAUSE_SECONDS = 0.5  # deploy's units wait as long or longer


class Supervisor:
    """`restarts` counts by name. Processes in `held` stay as they are."""

    def __init__(self, running: Mapping[str, "Popen[bytes]"], start: Callable[[str], None]) -> None:
        self._running = running
        self._start = start
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.restarts: Counter[str] = Counter()
        self.held: set[str] = set()

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        ended: dict[str, float] = {}
        while not self._stopping.wait(LOOK_SECONDS):
            now = time.monotonic()
            for name, process in list(self._running.items()):
                if process.poll() is None or name in self.held:
                    ended.pop(name, None)
                elif now - ended.setdefault(name, now) >= PAUSE_SECONDS:
                    del ended[name]
                    self.restarts[name] += 1
                    self._start(name)
