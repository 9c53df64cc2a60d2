"""The profile's database: opening, migrating, and the one kind of transaction that writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from kezclient.config import create_private
from kezclient.errors import LocalDataFault
from kezclient.store.migrations import STEPS

BUSY_SECONDS = 30


class Database:
    """One SQLite connection. Use it as a context manager; several processes may have one each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if not path.exists():
                create_private(path, b"")
            self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        except FileExistsError:
            self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise LocalDataFault(path=str(path), reason=str(error)) from error
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare()
        except sqlite3.Error as error:
            self.close()
            raise LocalDataFault(path=str(path), reason=f"the database says: {error}") from error
        except LocalDataFault:
            self.close()
            raise

    def _prepare(self) -> None:
        # FULL: what was given a number and sent must still be there after a power cut, or the number is used twice.
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        if self._version() == len(STEPS):
            return
        with self.write():
            version = self._version()
            if version > len(STEPS):
                raise LocalDataFault(path=str(self._path), reason="it was written by a newer kez-chat")
            for step in STEPS[version:]:
                for statement in _statements(step):
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {len(STEPS)}")

    def _version(self) -> int:
        row = self._connection.execute("PRAGMA user_version").fetchone()
        return int(row[0])

    @contextmanager
    def write(self) -> Iterator[None]:
        """A write transaction: the lock is taken at once, so what is read inside stays true until the commit.

        Inside another one it joins that one.
        """
        if self._connection.in_transaction:
            yield
            return
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
            self._execute("COMMIT")
        finally:
            self._roll_back_if_open()

    def _roll_back_if_open(self) -> None:
        # Still open: something was raised. A full disk has ended it already.
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            # Locked for too long, disk full, not writable: the person can do something about it.
            raise LocalDataFault(path=str(self._path), reason=f"the database says: {error}") from error

    def run(self, statement: str, values: tuple[object, ...] = ()) -> int:
        """Execute one statement; the number of rows it changed."""
        return self._execute(statement, values).rowcount

    def insert(self, statement: str, values: tuple[object, ...] = ()) -> int:
        """Execute one INSERT; the id of its row, 0 if it did nothing."""
        cursor = self._execute(statement, values)
        return int(cursor.lastrowid or 0) if cursor.rowcount > 0 else 0

    def row(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._execute(statement, values).fetchone()
        return row

    def rows(self, statement: str, values: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        return self._execute(statement, values).fetchall()

    def changes_by_others(self) -> int:
        """A number that changes when another process has written."""
        row = self._connection.execute("PRAGMA data_version").fetchone()
        return int(row[0])

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit in the middle."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
