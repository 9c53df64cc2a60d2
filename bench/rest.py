"""The REST API through a real daphne process, one client with one connection that is kept open."""

import http.client
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.measure import Comparison, Side
from bench.orm import handle_creator
from bench.people import ALICE, BOB, SERVER, registration_of, stranger
from devstack.ports import HOST
from devstack.stack import Stack
from kezproto.canonical import canonical_bytes
from kezproto.handles import Handle

REGISTRATIONS = 50
READS = 100


class Caller:
    """One kept-open connection to the web process. Use it as a context manager."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=30)

    def __enter__(self) -> "Caller":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def get(self, path: str) -> None:
        self._call("GET", path, expected=200)

    def register(self, body: bytes) -> None:
        self._call("POST", "/v1/register", body, expected=201)

    def _call(self, method: str, path: str, body: bytes | None = None, *, expected: int) -> None:
        headers = {"Content-Type": "application/json"} if body else {}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != expected:
            raise SystemExit(f"{method} {path} answered {answer.status}: {text.decode(errors='replace')}")


def introduce(stack: Stack) -> None:
    """Registers alice and bob."""
    with Caller(stack.ports.web) as caller:
        for name, key in (("alice", ALICE), ("bob", BOB)):
            caller.register(canonical_bytes(registration_of(key, Handle(name, SERVER))))


def comparisons(stack: Stack) -> Iterator[Comparison]:
    """Needs the web process of `stack`, and alice registered."""
    with Caller(stack.ports.web) as caller:
        yield register(stack, caller)
        yield look_up(caller)


def register(stack: Stack, caller: Caller) -> Comparison:
    create = bare_table(stack)

    def requests() -> list[bytes]:
        return [canonical_bytes(registration_of(*stranger())) for _ in range(REGISTRATIONS)]

    def post_all(bodies: Sequence[bytes]) -> None:
        for body in bodies:
            caller.register(body)

    def rows() -> list[dict[str, Any]]:
        people = [stranger() for _ in range(REGISTRATIONS)]
        return [
            {
                "local": handle.local,
                "primary_hex": key.primary.hex,
                "registration": registration_of(key, handle),
            }
            for key, handle in people
        ]

    def insert_all(prepared: Sequence[dict[str, Any]]) -> None:
        for row in prepared:
            create(**row)

    return Comparison(
        "Register a handle",
        Side(
            "`POST /v1/register` through daphne: seven checks, throttle, handle and audit row",
            post_all,
            requests,
        ),
        Side(
            "`Handle.objects.create` of Django, one row a transaction, same database settings",
            insert_all,
            rows,
        ),
        operations=REGISTRATIONS,
        rounds=9,
    )


def look_up(caller: Caller) -> Comparison:
    def read(path: str) -> Side:
        def run(_: Any) -> None:
            for _number in range(READS):
                caller.get(path)

        return Side(f"`GET {path}` through daphne", run)

    return Comparison(
        "Look a handle up", read("/v1/u/alice"), read("/v1/healthz"), operations=READS, rounds=15
    )


def bare_table(stack: Stack) -> Any:
    """`create` on a table like the registry's, in a database file that only this process writes."""
    copy = stack.folder / "bare.sqlite3"
    source = Path(stack.environment["DATABASE_URL"].removeprefix("sqlite:///"))
    with sqlite3.connect(source) as original, sqlite3.connect(copy) as target:
        original.backup(target)
    return handle_creator({**stack.environment, "DATABASE_URL": f"sqlite:///{copy}"})
