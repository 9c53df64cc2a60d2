"""A kez-chat server of many processes: PostgreSQL, three NATS nodes, three web processes behind one address.

All of it on loopback, in one folder, supervised: what ends is started again. The same interface as a Stack, so that
tests of a stack run on it unchanged. PostgreSQL must be installed.
"""

import shutil
import signal
import tempfile
import time
from pathlib import Path

import psycopg

from devstack.cluster_plan import Part, plan
from devstack.ports import Ports
from devstack.postgres import Postgres, find_programs
from devstack.postgres_process import DATABASES, listens
from devstack.stack import Stack, StackError, signal_group
from devstack.supervisor import Supervisor

FIRST = ("postgres", "valkey", "nats-1", "nats-2", "nats-3")


class Cluster(Stack):
    """Use it as a context manager. `parts` names every process; `kill` and `hold` are for tests."""

    def __init__(self, folder: Path, *, extra: dict[str, str] | None = None) -> None:
        programs = find_programs()
        if programs is None:
            raise StackError("PostgreSQL is not installed (no initdb): a cluster needs it.")
        self._programs = programs
        ports = Ports.free()
        # Not in `folder`: PostgreSQL does not run as root, and whoever it runs as cannot get into a folder of pytest's.
        self._database = Path(tempfile.mkdtemp(prefix="kez-postgres-"))
        self.parts = plan(folder, ports, programs, database=self._database)
        shared = next(iter(self.parts.values())).shared
        super().__init__(folder, ports=ports, extra={**shared, **(extra or {})})
        self.commands = {name: part.command for name, part in self.parts.items()}
        self.supervisor = Supervisor(self.running, self.start)

    def __enter__(self) -> "Cluster":
        try:
            self._make_databases()
            for name in FIRST:
                self.start(name)
            self._wait_for_ports([self.parts[name] for name in FIRST])
            self._wait_for_database()
            self.migrate()
            for name in self.parts.keys() - set(FIRST):
                self.start(name)
            self.supervisor.begin()
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def _make_databases(self) -> None:
        with Postgres(self._database, self.parts["postgres"].port, self._programs) as server:
            for name in DATABASES:
                server.url(name)

    def _wait_for_ports(self, parts: list[Part]) -> None:
        deadline = time.monotonic() + 60
        for part in parts:
            while not listens(part.port):
                if time.monotonic() > deadline:
                    raise StackError(f"{part.name} does not listen:\n{self.log(part.name)[-3000:]}")
                time.sleep(0.05)

    def _wait_for_database(self) -> None:
        """PostgreSQL listens some time before it has recovered and lets anybody in."""
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.environment["DATABASE_URL"], connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise StackError(f"PostgreSQL lets nobody in: {error}") from error
                time.sleep(0.05)
            else:
                return

    def environment_of(self, name: str) -> dict[str, str]:
        return {**self.environment, **self.parts[name].environment}

    def kill_down(self, name: str) -> None:
        """kill -9, and nobody starts it again until `release`."""
        self.supervisor.held.add(name)
        self.kill_hard(name)

    def release(self, name: str) -> None:
        self.supervisor.held.discard(name)

    def kill_hard(self, name: str) -> None:
        """kill -9 of one process and its children; the supervisor starts it again."""
        process = self.running[name]
        signal_group(process, signal.SIGKILL)
        process.wait(timeout=30)

    def wait_ready(self, timeout: float = 180) -> None:
        """Returns when every web and sigchain process answers that it is ready, and so does the common address."""
        deadline = time.monotonic() + timeout
        urls = [
            part.url for part in self.parts.values() if part.url and part.name not in self.supervisor.held
        ]
        for url in [*urls, self.base_url, self.sigchain_url]:
            self.wait_url(f"{url}/v1/readyz", deadline)

    def stop(self) -> None:
        self.supervisor.end()
        super().stop()
        shutil.rmtree(self._database, ignore_errors=True)

    @property
    def nodes(self) -> list[str]:
        """The names of the NATS nodes."""
        return [name for name in self.parts if name.startswith("nats-")]

    @property
    def web_urls(self) -> list[str]:
        """The addresses of the web processes behind the common one."""
        return [part.url for part in self.parts.values() if part.name.startswith("web-")]
