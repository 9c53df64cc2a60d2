"""The two databases: a consistent copy of a live one, and putting such a copy in the place of another."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from backups.errors import BackupFailed, RestoreFailed
from backups.postgres import PostgresDatabase

PIECE = 1 << 20
TEMPORARY = ".kez-backup-"
LEFT_OVER_SECONDS = 86_400

# What is counted, for people and as a check: table by the name that it has in the manifest.
COUNTED = {
    "registry": {
        "handles": "registry_handle",
        "audit_entries": "registry_auditentry",
        "devices": "chatbridge_device",
        "attachments": "files_attachment",
    },
    "sigchain": {"events": "sigchain_event"},
}


class Copy(Protocol):
    """A copy of one moment."""

    def counts(self, tables: Mapping[str, str]) -> dict[str, int]: ...
    def migrations(self) -> list[str]: ...
    def pieces(self) -> Iterator[bytes]: ...


class Putting(Protocol):
    """A copy on its way into a database; nothing is changed before `finish`, or everything at once."""

    def take(self, data: bytes) -> None: ...
    def finish(self) -> None: ...
    def abandon(self) -> None: ...


class Database(Protocol):
    kind: str

    def copying(self) -> Any:
        """A context manager of a Copy. Raises BackupFailed."""

    def putting(self) -> Putting: ...

    def count(self, table: str) -> int:
        """0 if there is no such table."""


def registry_database() -> Database:
    return _database(connections["default"])


def sigchain_database() -> Database | None:
    """None if its database is not to be seen from here."""
    wrapper = ConnectionHandler({"default": settings.KEZ_SIGCHAIN_DATABASE})["default"]
    if wrapper.vendor == "sqlite" and not Path(wrapper.settings_dict["NAME"]).exists():
        return None
    return _database(wrapper)


def new_sigchain_database() -> Database:
    """The same, to put something in: SQLite makes its file then."""
    return _database(ConnectionHandler({"default": settings.KEZ_SIGCHAIN_DATABASE})["default"])


def _database(wrapper: BaseDatabaseWrapper) -> Database:
    if wrapper.vendor == "sqlite":
        return SqliteDatabase(Path(wrapper.settings_dict["NAME"]))
    return PostgresDatabase(wrapper.get_connection_params())


class SqliteDatabase:
    """Copied by SQLite's own online backup: one reader's view of one moment, while others write on."""

    kind = "sqlite"

    def __init__(self, file: Path) -> None:
        self.file = file

    @contextmanager
    def copying(self) -> "Iterator[SqliteCopy]":
        if not self.file.exists():
            raise BackupFailed(f"There is no database at {self.file}.")
        with _temporary(self.file) as copy:
            with _connected(self.file) as source, _connected(copy) as target:
                source.backup(target)  # in one step: no writer can make it begin again
            yield SqliteCopy(copy)

    def putting(self) -> "SqlitePutting":
        return SqlitePutting(self.file)

    def count(self, table: str) -> int:
        if not self.file.exists():
            return 0
        with _connected(self.file) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
            return _count(connection, table) if known else 0


class SqliteCopy:
    def __init__(self, file: Path) -> None:
        self._file = file

    def counts(self, tables: Mapping[str, str]) -> dict[str, int]:
        with _connected(self._file) as connection:
            return {name: _count(connection, table) for name, table in tables.items()}

    def migrations(self) -> list[str]:
        with _connected(self._file) as connection:
            rows = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id")
            return [row[0] for row in rows]

    def pieces(self) -> Iterator[bytes]:
        with self._file.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


class SqlitePutting:
    """Gathered in a file beside the database, checked, and then copied into it in one transaction."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self._temporary = _temporary(file)
        self._copy = self._temporary.__enter__()
        self._stream = self._copy.open("wb")

    def take(self, data: bytes) -> None:
        self._stream.write(data)

    def finish(self) -> None:
        self._stream.close()
        try:
            with _connected(self._copy) as source, _connected(self._file) as target:
                verdict = source.execute("PRAGMA quick_check(1)").fetchone()[0]
                if verdict != "ok":
                    raise RestoreFailed(f"The copy of {self._file.name} is not a whole database: {verdict}.")
                source.backup(target)
                target.execute("PRAGMA journal_mode=WAL")
        except sqlite3.Error as error:
            raise RestoreFailed(f"{self._file} cannot be written: {error}.") from error
        finally:
            self.abandon()

    def abandon(self) -> None:
        self._stream.close()
        self._temporary.__exit__(None, None, None)


@contextmanager
def _temporary(beside: Path) -> Iterator[Path]:
    """A file with mode 0600 where the database itself lies, so that a copy is nowhere less safe than that."""
    for left in beside.parent.glob(f"{TEMPORARY}*"):
        if left.is_dir() and left.stat().st_mtime < time.time() - LEFT_OVER_SECONDS:
            _empty(left)
    folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=beside.parent))
    try:
        yield folder / beside.name
    finally:
        _empty(folder)


def _empty(folder: Path) -> None:
    with suppress(OSError):
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


@contextmanager
def _connected(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, timeout=20, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=FULL")
        yield connection
    finally:
        connection.close()


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own names
