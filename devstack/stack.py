"""A whole kez-chat server on this machine, process by process as the Procfile lists them."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

from honcho.environ import parse_procfile

from devstack.environment import ROOT, local_environment
from devstack.ports import Ports

# Where each database is said to be, and the settings of those who use it.
_DATABASES = {"DATABASE_URL": "kezsite.settings", "SIGCHAIN_DATABASE_URL": "kezsite.sigchain_settings"}


class StackError(Exception):
    """A process of the local server did not start or ended by itself."""


class Stack:
    """Processes on free loopback ports with their data, secrets and logs in `folder`. Use it as a context manager.

    `extra` sets variables for all processes, `only` limits which ones start.
    """

    _new_databases: ClassVar[list[bytes]] = []  # both, migrated and empty

    def __init__(
        self,
        folder: Path,
        *,
        ports: Ports | None = None,
        extra: dict[str, str] | None = None,
        only: Iterable[str] | None = None,
    ) -> None:
        self.folder = folder
        self.ports = ports or Ports.free()
        base = {key: value for key, value in os.environ.items() if not _is_ours(key)}
        # Tests and demos register many handles from one address.
        base |= {"KEZ_THROTTLE_REGISTER": "100000/min", "KEZ_THROTTLE_REGISTER_NETWORK": "100000/min"}
        base |= {"KEZ_THROTTLE_LOOKUP": "100000/min", "KEZ_REGISTRATION_WORK": "never"}
        base |= {"KEZ_THROTTLE_SIGCHAIN": "100000/min", "KEZ_THROTTLE_FILES": "100000/min"}
        base |= {"KEZ_THROTTLE_SHARED_FILES": "100000/min", **(extra or {})}
        self.environment = local_environment(folder, self.ports, base=base)
        commands = parse_procfile((ROOT / "Procfile").read_text()).processes
        self.commands = {name: command for name, command in commands.items() if only is None or name in only}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    base_url = property(lambda self: f"http://localhost:{self.ports.web}")
    web_urls = property(lambda self: [self.base_url])  # each web process by itself
    sigchain_url = property(lambda self: f"http://localhost:{self.ports.sigchain}")
    nats_urls = property(lambda self: self.environment["NATS_URL"].split(","))
    nats_url = property(lambda self: self.nats_urls[0])
    nats_ws_url = property(lambda self: self.environment["KEZ_NATS_PUBLIC_WS_URL"].split(",")[0])

    def __enter__(self) -> "Stack":
        try:
            self.migrate()
            for name in self.commands:
                self.start(name)
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def migrate(self) -> None:
        """Brings both databases up to date. New ones on SQLite are copies of the first that this process made so."""
        files = [file for url in _DATABASES if (file := _sqlite_file(self.environment[url]))]
        is_new = len(files) == len(_DATABASES) and not any(file.exists() for file in files)
        if is_new and self._new_databases:
            for file, content in zip(files, self._new_databases, strict=True):
                file.write_bytes(content)
            return
        # At the same time, since they know nothing of each other.
        with ThreadPoolExecutor() as pool:
            list(
                pool.map(
                    lambda settings: self.manage("migrate", "--verbosity", "0", settings=settings),
                    _DATABASES.values(),
                )
            )
        if is_new:
            Stack._new_databases = [file.read_bytes() for file in files]

    def manage(self, *arguments: str, settings: str = "kezsite.settings", stdin: str = "") -> str:
        """Runs `manage.py` in this server's environment; answers its output, raises StackError if it fails."""
        done = subprocess.run(
            ["python", "manage.py", *arguments],
            cwd=ROOT,
            env={**self.environment, "DJANGO_SETTINGS_MODULE": settings},
            input=stdin,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise StackError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, name: str) -> None:
        """Starts one process; its output is appended to `logs/<name>.log`."""
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                ["sh", "-c", self.commands[name]],
                cwd=ROOT,
                env=self.environment_of(name),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def environment_of(self, name: str) -> dict[str, str]:
        """The variables of one process."""
        return self.environment

    def kill(self, name: str, with_signal: signal.Signals = signal.SIGKILL) -> None:
        """Ends one process and all its children with a signal, and waits until it is gone."""
        process = self.running.pop(name)
        signal_group(process, with_signal)
        process.wait(timeout=30)

    def log(self, name: str) -> str:
        """What the process wrote so far."""
        file = self.folder / "logs" / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def wait_ready(self, timeout: float = 60) -> None:
        """Returns when every started web process answers that it is ready."""
        deadline = time.monotonic() + timeout
        for name, url in (("web", self.base_url), ("sigchain", self.sigchain_url)):
            if name in self.running:
                self.wait_url(f"{url}/v1/readyz", deadline)

    def wait_url(self, url: str, deadline: float) -> None:
        """Returns when the address answers 200; StackError after `deadline` (monotonic) or when a process ends."""
        while not answers(url):
            for name, process in self.running.items():
                if process.poll() is not None:
                    raise StackError(f"{name} ended with {process.returncode}:\n{self.log(name)[-4000:]}")
            if time.monotonic() > deadline:
                logs = "\n".join(f"--- {name}\n{self.log(name)[-1500:]}" for name in self.running)
                raise StackError(f"{url} is not ready in time.\n{logs}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends all processes, the broker last, so that the others can say goodbye."""
        names = sorted(self.running, key=lambda name: name in {"nats", "valkey"})
        for name in names:
            if name not in {"nats", "valkey"}:
                signal_group(self.running[name], signal.SIGTERM)
        for name in names:
            self.end(name)

    def end(self, name: str) -> None:
        """Ends one process in order, and insists after a while."""
        process = self.running.pop(name)
        signal_group(process, signal.SIGTERM)
        try:
            process.wait(timeout=8)
        except subprocess.TimeoutExpired:
            signal_group(process, signal.SIGKILL)
            process.wait()


def _sqlite_file(url: str) -> Path | None:
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def answers(url: str) -> bool:
    """Whether the address answers 200 now."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback, http only
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _is_ours(name: str) -> bool:
    """Variables of the surrounding process that must not reach a stack of its own."""
    return name.startswith("KEZ_") or name in {
        "NATS_URL",
        "DATABASE_URL",
        "SIGCHAIN_DATABASE_URL",
        "REDIS_URL",
        "DJANGO_SETTINGS_MODULE",
    }


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended by itself
        os.killpg(process.pid, number)
