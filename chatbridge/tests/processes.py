"""Our long-running commands as real processes, on a broker and a database of a test module's own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from chatbridge.tests.cast import Person
from devstack.environment import ROOT
from natslink.tests.broker import Broker

PREPARE = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
from registry.models import Handle
call_command("migrate", verbosity=0)
for pair in sys.argv[1:]:
    local, primary_hex = pair.split("=")
    Handle.objects.create(local=local, primary_hex=primary_hex, registered_at=timezone.now(), registration={})
call_command("ensure_streams", "--wait", "10")
"""


class Processes:
    """`start("run_auth_callout")`; use it as a context manager, so that all of them end."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "kezsite.settings",
            "DATABASE_URL": f"sqlite:///{folder / 'callout.sqlite3'}",
            "NATS_URL": broker.url,
            "KEZ_JANITOR_SECONDS": "1",
            "PYTHONPATH": str(ROOT),
        }

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()

    def prepare(self, *people: Person) -> None:
        """Make the database with these people's handles, and the stream."""
        pairs = [f"{person.local}={person.hex}" for person in people]
        subprocess.run([sys.executable, "-c", PREPARE, *pairs], env=self._environment, check=True, timeout=60)

    def start(
        self, command: str, *arguments: str, ready: str, count: int = 1, **variables: str
    ) -> list[subprocess.Popen[bytes]]:
        """Start `count` processes of a command, side by side, and wait until each has logged `ready`."""
        started = [self._launch(command, *arguments, **variables) for _ in range(count)]
        deadline = time.monotonic() + 40
        for process, log in started:
            while ready not in log.read_text():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"{command} did not start:\n{log.read_text()}")
                time.sleep(0.02)
        return [process for process, _ in started]

    def callout(self, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        return self.callouts(1, *arguments, **variables)[0]

    def callouts(self, count: int, *arguments: str, **variables: str) -> list[subprocess.Popen[bytes]]:
        ready = "Auth callout ready."
        return self.start("run_auth_callout", *arguments, ready=ready, count=count, **variables)

    def _launch(
        self, command: str, *arguments: str, **variables: str
    ) -> tuple[subprocess.Popen[bytes], Path]:
        log = self._folder / f"{command}-{len(self._running)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "manage.py", command, *arguments],
                cwd=ROOT,
                env={**self._environment, **variables},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self._running.append(process)
        return process, log
