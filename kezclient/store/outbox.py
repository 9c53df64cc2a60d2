"""The outbox: sealed envelopes that wait for the broker, or for the recipient's receipt."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from kezclient.store.database import Database
from kezclient.store.keys import stored_key
from kezproto.handles import Handle, parse_full_handle
from kezproto.keys import Primary
from kezproto.timestamps import format_timestamp, parse_timestamp


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One envelope for one inbox. `purpose` is "message", "self_copy" (for the owner's other devices) or "receipt";
    `state` is "queued", "sent" (stored by the broker, no receipt yet) or "failed" (given up, with a cause)."""

    id: int
    purpose: str
    message_id: str
    recipient: Primary
    recipient_handle: Handle
    delivery_id: str
    state: str
    cause_code: str | None
    cause: str | None
    queued_at: datetime
    sent_at: datetime | None
    resends: int
    size: int


_COLUMNS = (
    "id, purpose, message_id, recipient_hex, recipient_handle, delivery_id, state, cause_code, cause, queued_at,"
    " sent_at, resends, length(envelope) AS size"
)


class OutboxTable:
    """Writing methods join the transaction around them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        purpose: str,
        message_id: str,
        recipient: Primary,
        recipient_handle: Handle,
        delivery_id: str,
        envelope: bytes,
        now: datetime,
    ) -> int:
        return self._database.insert(
            "INSERT INTO outbox (purpose, message_id, recipient_hex, recipient_handle, delivery_id, envelope, state,"
            " queued_at) VALUES (?, ?, ?, ?, ?, ?, 'queued', ?)",
            (
                purpose,
                message_id,
                recipient.hex,
                str(recipient_handle),
                delivery_id,
                envelope,
                format_timestamp(now),
            ),
        )

    def find(self, entry_id: int) -> OutboxEntry | None:
        row = self._database.row(f"SELECT {_COLUMNS} FROM outbox WHERE id = ?", (entry_id,))  # noqa: S608 - fixed text
        return _entry(row) if row is not None else None

    def all(self) -> list[OutboxEntry]:
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM outbox ORDER BY id")  # noqa: S608 - fixed text
        return [_entry(row) for row in rows]

    def queued(self, *, after: int = 0, limit: int = 256) -> list[OutboxEntry]:
        """The next entries to publish, in order."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM outbox WHERE state = 'queued' AND id > ? ORDER BY id LIMIT ?",  # noqa: S608 - fixed text
            (after, limit),
        )
        return [_entry(row) for row in rows]

    def envelope(self, entry_id: int) -> bytes | None:
        row = self._database.row("SELECT envelope FROM outbox WHERE id = ?", (entry_id,))
        return bytes(row["envelope"]) if row is not None else None

    def count(self, state: str) -> int:
        row = self._database.row("SELECT count(*) AS number FROM outbox WHERE state = ?", (state,))
        return int(row["number"]) if row is not None else 0

    def sent(self, entry: OutboxEntry, now: datetime) -> None:
        """The broker has stored it. Only messages wait on, for their receipt."""
        if entry.purpose != "message":
            self.remove(entry.id)
            return
        self._database.run(
            "UPDATE outbox SET state = 'sent', sent_at = ?, cause = NULL, cause_code = NULL WHERE id = ?",
            (format_timestamp(now), entry.id),
        )

    def stays_queued(self, entry_id: int, code: str, cause: str) -> None:
        self._database.run(
            "UPDATE outbox SET state = 'queued', cause_code = ?, cause = ? WHERE id = ?",
            (code, cause, entry_id),
        )

    def failed(self, entry_id: int, code: str, cause: str) -> None:
        self._database.run(
            "UPDATE outbox SET state = 'failed', cause_code = ?, cause = ? WHERE id = ?",
            (code, cause, entry_id),
        )

    def queue_again(self, entry_id: int, *, resends: int) -> None:
        self._database.run(
            "UPDATE outbox SET state = 'queued', cause = NULL, cause_code = NULL, resends = ? WHERE id = ?",
            (resends, entry_id),
        )

    def unreceipted(self, *, sent_before: datetime) -> list[OutboxEntry]:
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM outbox WHERE state = 'sent' AND sent_at < ? ORDER BY id",  # noqa: S608 - fixed text
            (format_timestamp(sent_before),),
        )
        return [_entry(row) for row in rows]

    def receipted(self, recipient: Primary, message_id: str) -> None:
        """The recipient has it: nothing is left to do, whatever the entry's state was."""
        self._database.run(
            "DELETE FROM outbox WHERE purpose = 'message' AND message_id = ? AND recipient_hex = ?",
            (message_id, recipient.hex),
        )

    def remove(self, entry_id: int) -> None:
        self._database.run("DELETE FROM outbox WHERE id = ?", (entry_id,))


def _entry(row: sqlite3.Row) -> OutboxEntry:
    sent_at = row["sent_at"]
    return OutboxEntry(
        id=row["id"],
        purpose=row["purpose"],
        message_id=row["message_id"],
        recipient=stored_key(row["recipient_hex"]),
        recipient_handle=parse_full_handle(row["recipient_handle"]),
        delivery_id=row["delivery_id"],
        state=row["state"],
        cause_code=row["cause_code"],
        cause=row["cause"],
        queued_at=parse_timestamp(row["queued_at"]),
        sent_at=parse_timestamp(sent_at) if sent_at else None,
        resends=row["resends"],
        size=row["size"],
    )
