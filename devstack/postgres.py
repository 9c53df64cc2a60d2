"""A throw-away PostgreSQL server for tests, where PostgreSQL is installed."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from devstack.ports import HOST


def find_programs() -> Path | None:
    """The folder of `initdb` and `postgres`, or None if PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None


class Postgres:
    """A server with an empty data folder, on `port`. Use it as a context manager; `url(name)` makes a database."""

    def __init__(self, folder: Path, port: int, programs: Path) -> None:
        self.folder, self.port, self.programs = folder, port, programs
        # PostgreSQL refuses to run as root, so root hands it to the least of its own accounts.
        self.person = _unprivileged_person() if os.geteuid() == 0 else None
        self.group = pwd.getpwnam(self.person).pw_gid if self.person else None

    def __enter__(self) -> "Postgres":
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.person:
            shutil.chown(self.folder, self.person)
            _let_through(self.folder.parent)
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "kez", "--auth=trust", "--no-sync", "-E", "UTF8")
        options = (
            f"-p {self.port} -c listen_addresses={HOST} -c unix_socket_directories= -c max_connections=200"
        )
        self._run("pg_ctl", "-D", str(data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def url(self, name: str) -> str:
        """The DATABASE_URL of a new, empty database."""
        address = ("-h", HOST, "-p", str(self.port), "-U", "kez")
        self._run("psql", *address, "-d", "postgres", "-q", "-c", f'CREATE DATABASE "{name}"')
        return f"postgres://kez@{HOST}:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            user=self.person,
            group=self.group,
            extra_groups=[] if self.person else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout or (self.folder / 'log').read_text()}")


def _unprivileged_person() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _let_through(folder: Path) -> None:
    """Lets another person pass through (not list) the private temporary folders above the data."""
    while folder.owner() == pwd.getpwuid(os.geteuid()).pw_name and folder != folder.parent:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
        folder = folder.parent
