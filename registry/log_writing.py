"""Adding to a linked log: one writer at a time, inside the transaction of the deed."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import connection, transaction

from registry.links import Link, link
from registry.models.append_only import LinkedEntry

Entry = TypeVar("Entry", bound=LinkedEntry)

# Any number that nobody else uses as an advisory lock in this database ("kezaudit" in ASCII).
_LOCK = 0x6B657A6175646974
_AT_ONCE = 500


def append(entry: Entry) -> Entry:
    """Number, link and store an entry. Must run inside a transaction; others wait until it has ended.

    Services write their entry last, after the rows that it is about, so that two of them never wait for each other.
    """
    hold_logs()
    link(entry, end_of(type(entry)))
    entry.save(force_insert=True)
    return entry


def append_all(entries: Sequence[LinkedEntry]) -> None:
    """The same for many entries of one log at once, in their order."""
    if not entries:
        return
    hold_logs()
    log = type(entries[0])
    last = end_of(log)
    for entry in entries:
        link(entry, last)
        last = Link(entry.seq, entry.hash)
    log._default_manager.bulk_create(entries, batch_size=_AT_ONCE)


def hold_logs() -> None:
    """Be the only writer of logs until the transaction ends. On SQLite every writer is alone already."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An entry belongs into the transaction of its deed.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def end_of(log: type[LinkedEntry]) -> Link:
    """Where a log ends now. As SQL, since every deed asks it: the ORM takes longer for the statement than the database
    for the answer.
    """
    table = connection.ops.quote_name(log._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT seq, hash FROM {table} ORDER BY seq DESC LIMIT 1")  # noqa: S608 - a table's name only
        last = cursor.fetchone()
    return Link(*last) if last else Link()
