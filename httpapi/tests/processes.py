"""Servers in processes of their own, for what cannot be tried inside one: starting, stopping, real concurrency."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def manage(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `manage.py` to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=60,
    )


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Returns when a server that was just started is `ready`. One that ends, or takes too long, is ended, and its log
    is what the AssertionError shows.
    """
    deadline = time.monotonic() + 90
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            end(process)
            raise AssertionError(f"The server did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.02)  # between two looks


def end(process: "subprocess.Popen[bytes]") -> None:
    """In order, and by force after a while."""
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class ServerProcess:
    """A web server on a loopback port; entered, it listens; left, it is gone. `output` is what it wrote to `log`."""

    def __init__(self, environment: Mapping[str, str], *arguments: str, port: int, log: Path) -> None:
        self._environment = dict(environment)
        self._arguments = arguments
        self.port = port
        self._address = ("127.0.0.1", port)
        self._log = log

    def __enter__(self) -> "ServerProcess":
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(self._listens, self._process, self._log)
        return self

    def __exit__(self, *_: object) -> None:
        end(self._process)

    def stop(self) -> None:
        """Asks it to end, as `systemctl stop` would."""
        self._process.terminate()

    @property
    def returncode(self) -> int:
        """Of a server that was asked to end; waits for it."""
        return self._process.wait(timeout=30)

    def kill(self) -> None:
        """As a crash would end it."""
        self._process.kill()
        self._process.wait()

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def _listens(self) -> bool:
        try:
            socket.create_connection(self._address, timeout=1).close()
        except OSError:
            return False
        return True
