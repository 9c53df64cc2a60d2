"""PostgreSQL by its own programs: pg_dump's custom format out, pg_restore in."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import conninfo, sql

from backups.errors import BackupFailed, RestoreFailed

PIECE = 1 << 20
_OURS = ("cursor_factory", "context", "prepare_threshold", "autocommit", "row_factory", "server_side_binding")


class PostgresDatabase:
    """`parameters` are Django's for the connection. The password goes by the environment, never by the arguments."""

    kind = "postgres"

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = {name: value for name, value in parameters.items() if name not in _OURS}
        self._environment = dict(os.environ)
        open_to_all = dict(self._parameters)
        if password := open_to_all.pop("password", None):
            self._environment["PGPASSWORD"] = str(password)
        self._address = conninfo.make_conninfo("", **open_to_all)

    @contextmanager
    def copying(self) -> "Iterator[PostgresCopy]":
        """Counts and dump are of the same moment: pg_dump takes over the snapshot of our transaction."""
        try:
            with psycopg.connect(**self._parameters) as connection:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                row = connection.execute("SELECT pg_export_snapshot()").fetchone()
                assert row is not None  # noqa: S101 - it answers one row
                command = [
                    _program("pg_dump", BackupFailed),
                    *("-d", self._address, "--format=custom", "--snapshot", str(row[0])),
                    *("--schema=public", "--no-owner", "--no-privileges", "--no-password"),
                ]
                yield PostgresCopy(connection, command, self._environment)
        except psycopg.Error as error:
            raise BackupFailed(f"The database cannot be read: {_first_line(str(error))}.") from error

    def putting(self) -> "PostgresPutting":
        return PostgresPutting(self._parameters, self._address, self._environment)

    def count(self, table: str) -> int:
        with psycopg.connect(**self._parameters) as connection:
            row = connection.execute("SELECT to_regclass(%s)", (table,)).fetchone()
            return _count(connection, table) if row and row[0] else 0


class PostgresCopy:
    def __init__(
        self, connection: psycopg.Connection[Any], command: list[str], environment: dict[str, str]
    ) -> None:
        self._connection, self._command, self._environment = connection, command, environment

    def counts(self, tables: Mapping[str, str]) -> dict[str, int]:
        return {name: _count(self._connection, table) for name, table in tables.items()}

    def migrations(self) -> list[str]:
        rows = self._connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id")
        return [row[0] for row in rows]

    def pieces(self) -> Iterator[bytes]:
        with tempfile.TemporaryFile() as told:
            with subprocess.Popen(
                self._command, env=self._environment, stdout=subprocess.PIPE, stderr=told
            ) as dump:
                assert dump.stdout is not None  # noqa: S101 - it is a pipe
                while piece := dump.stdout.read(PIECE):
                    yield piece
            if dump.returncode:
                raise BackupFailed(f"pg_dump failed: {_reason(told)}")


class PostgresPutting:
    """The schema is emptied, then pg_restore fills it in one transaction: no half ever shows; it can be repeated."""

    def __init__(self, parameters: Mapping[str, Any], address: str, environment: dict[str, str]) -> None:
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the program
        try:
            with psycopg.connect(**parameters) as connection:
                connection.execute("DROP SCHEMA IF EXISTS public CASCADE")  # the dump makes it
        except psycopg.Error as error:
            raise RestoreFailed(f"The database cannot be emptied: {_first_line(str(error))}.") from error
        command = [
            *(_program("pg_restore", RestoreFailed), "-d", address),
            *("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password"),
        ]
        self._program = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=self._told)

    def take(self, data: bytes) -> None:
        assert self._program.stdin is not None  # noqa: S101 - it is a pipe
        try:
            self._program.stdin.write(data)
        except BrokenPipeError:
            self.finish()

    def finish(self) -> None:
        self._end()
        try:
            if self._program.returncode:
                raise RestoreFailed(f"pg_restore failed: {_reason(self._told)}.")
        finally:
            self._told.close()

    def abandon(self) -> None:
        self._end()
        self._told.close()

    def _end(self) -> None:
        assert self._program.stdin is not None  # noqa: S101 - it is a pipe
        with suppress(BrokenPipeError):
            self._program.stdin.close()
        self._program.wait()


def _program(name: str, failure: type[Exception]) -> str:
    """On the PATH, or the newest that Debian's packages brought."""
    found = shutil.which(name)
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if found is None and not installed:
        raise failure(f"{name} is not installed: it comes with PostgreSQL's client programs.")
    return found or str(installed[-1])


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0].rstrip(".") if text.strip() else "no reason given"


def _reason(told: IO[bytes]) -> str:
    told.seek(0)
    lines = told.read().decode(errors="replace").strip().splitlines()
    told_why = [line for line in lines if "error:" in line.lower()]
    return (told_why or lines or ["it gave no reason"])[0]
