"""Servers in processes of their own, for what cannot be tried inside one: starting, stopping, real concurrency."""

import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO

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


class ServerProcess:
    """A web server; entered, it listens; left, it is gone. `output` is what it wrote."""

    def __init__(self, environment: Mapping[str, str], *arguments: str) -> None:
        self._environment = {**environment, "PYTHONUNBUFFERED": "1"}
        self._arguments = arguments
        self._listening = threading.Event()
        self.output: list[str] = []

    def __enter__(self) -> "ServerProcess":
        self._process = subprocess.Popen(
            [sys.executable, *self._arguments],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        if not self._listening.wait(timeout=30):
            self.__exit__()
            raise AssertionError("The server did not start:\n" + "".join(self.output))
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self.output.append(line)
            if "Listening on TCP address" in line:
                self._listening.set()
