"""Messages as stored: what came, what was sent, what could not be opened."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kezclient.store.database import Database
from kezclient.store.keys import stored_key
from kezproto.handles import Handle, parse_full_handle
from kezproto.keys import Primary
from kezproto.timestamps import format_timestamp, parse_timestamp

_EARLIER_THAN = {
    "sent": ("queued", "failed"),
    "delivered": ("queued", "sent", "failed"),
    "read": ("queued", "sent", "delivered", "failed"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the reader should know about a message: `code` for programs, `text` for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """`direction` is "in" or "out"; `name_state` is "pinned" (the name is the contact's), "unchecked" (the registry
    could not be asked) or "unverified" (the key does not belong to the name). `row_id` is the order of arrival."""

    row_id: int
    id: str
    sender: Primary
    direction: str
    peer: Primary
    peer_handle: Handle | None
    name_state: str
    device: str
    seq: int
    body_type: str
    body: dict[str, Any]
    text: str
    created_at: datetime
    stored_at: datetime
    state: str
    cause: str | None
    notices: tuple[Notice, ...]
    shown_at: datetime | None
    proof: str | None = None
    """Of what came: the signed object without its body, as JSON. With the body it can be shown to others."""


@dataclass(frozen=True, slots=True)
class Unopened:
    """An envelope that gave no message, kept with its cause."""

    digest: str
    code: str
    cause: str
    stored_at: datetime


class MessageLog:
    """Writing methods join the transaction around them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, message: StoredMessage) -> StoredMessage:
        """Store a message; the same one, with its `row_id`."""
        row_id = self._database.insert(
            "INSERT INTO message (sender_hex, message_id, direction, peer_hex, peer_handle, name_state, device, seq,"
            " body_type, body, text, created_at, stored_at, state, cause, notices, shown_at, proof)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                message.sender.hex,
                message.id,
                message.direction,
                message.peer.hex,
                str(message.peer_handle) if message.peer_handle else None,
                message.name_state,
                message.device,
                message.seq,
                message.body_type,
                json.dumps(message.body),
                message.text,
                format_timestamp(message.created_at),
                format_timestamp(message.stored_at),
                message.state,
                message.cause,
                json.dumps([{"code": notice.code, "text": notice.text} for notice in message.notices]),
                format_timestamp(message.shown_at) if message.shown_at else None,
                message.proof,
            ),
        )
        return replace(message, row_id=row_id)

    def find(self, sender: Primary, message_id: str) -> StoredMessage | None:
        row = self._database.row(
            "SELECT * FROM message WHERE sender_hex = ? AND message_id = ?", (sender.hex, message_id)
        )
        return _message(row) if row is not None else None

    def latest(
        self,
        *,
        limit: int,
        peers: Sequence[Primary] | None = None,
        search: str | None = None,
    ) -> list[StoredMessage]:
        """The last `limit` messages in order of arrival; of these peers; with this text in them."""
        escaped = (search or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = self._database.rows(
            "SELECT * FROM message WHERE (? OR peer_hex IN (SELECT value FROM json_each(?)))"
            " AND (? OR text LIKE ? ESCAPE '\\') ORDER BY id DESC LIMIT ?",
            (
                peers is None,
                json.dumps([peer.hex for peer in peers or ()]),
                search is None,
                f"%{escaped}%",
                limit,
            ),
        )
        return [_message(row) for row in reversed(rows)]

    def with_files(self, peers: Sequence[Primary] | None = None) -> list[StoredMessage]:
        """All messages that carry a file or the way to one, in order of arrival; of these peers."""
        rows = self._database.rows(
            "SELECT * FROM message WHERE body_type = 'kez-file-v1'"
            " AND (? OR peer_hex IN (SELECT value FROM json_each(?))) ORDER BY id",
            (peers is None, json.dumps([peer.hex for peer in peers or ()])),
        )
        return [_message(row) for row in rows]

    def received_from(self, handle: Handle) -> list[StoredMessage]:
        """What came under this name, in order of arrival. Whether the name is the key's own, each message says."""
        rows = self._database.rows(
            "SELECT * FROM message WHERE peer_handle = ? AND direction = 'in' ORDER BY id", (str(handle),)
        )
        return [_message(row) for row in rows]

    def not_shown(self, limit: int) -> list[StoredMessage]:
        """The oldest messages that the owner has not seen, in order of arrival."""
        rows = self._database.rows(
            "SELECT * FROM message WHERE shown_at IS NULL ORDER BY id LIMIT ?", (limit,)
        )
        return [_message(row) for row in rows]

    def unread_by_peer(self) -> dict[str, int]:
        """How many messages of each key (hex) were not shown yet."""
        rows = self._database.rows(
            "SELECT peer_hex, count(*) AS number FROM message"
            " WHERE direction = 'in' AND shown_at IS NULL GROUP BY peer_hex"
        )
        return {row["peer_hex"]: row["number"] for row in rows}

    def move_on(self, sender: Primary, message_id: str, state: str) -> bool:
        """An outgoing message gets further (sent, delivered, read), never back; whether it did."""
        return (
            self._database.run(
                "UPDATE message SET state = ?, cause = NULL WHERE sender_hex = ? AND message_id = ?"
                " AND direction = 'out' AND state IN (SELECT value FROM json_each(?))",
                (state, sender.hex, message_id, json.dumps(_EARLIER_THAN[state])),
            )
            > 0
        )

    def set_cause(self, sender: Primary, message_id: str, state: str, cause: str | None) -> None:
        """An outgoing message that is not receipted is queued (again) or failed, and why."""
        self._database.run(
            "UPDATE message SET state = ?, cause = ? WHERE sender_hex = ? AND message_id = ?"
            " AND direction = 'out' AND state IN ('queued', 'sent', 'failed')",
            (state, cause, sender.hex, message_id),
        )

    def note_receipt(self, own: Primary, peer: Primary, message_id: str, status: str) -> bool:
        """The recipient `peer` has, or has read, our message; kept also for one whose self-copy is still to come."""
        self._database.run(
            "INSERT INTO receipt (peer_hex, message_id, status) VALUES (?, ?, ?)"
            " ON CONFLICT (peer_hex, message_id) DO UPDATE SET status = excluded.status"
            " WHERE receipt.status = 'delivered'",
            (peer.hex, message_id, status),
        )
        message = self.find(own, message_id)
        return message is not None and message.peer == peer and self.move_on(own, message_id, status)

    def receipt_of(self, peer: Primary, message_id: str) -> str | None:
        row = self._database.row(
            "SELECT status FROM receipt WHERE peer_hex = ? AND message_id = ?", (peer.hex, message_id)
        )
        return str(row["status"]) if row is not None else None

    def mark_shown(self, messages: Iterable[StoredMessage], now: datetime) -> list[StoredMessage]:
        """The owner has seen these; those for which that is new."""
        moment = format_timestamp(now)
        return [
            message
            for message in messages
            if self._database.run(
                "UPDATE message SET shown_at = ? WHERE id = ? AND shown_at IS NULL", (moment, message.row_id)
            )
        ]

    def mark_read_elsewhere(self, peer: Primary, message_id: str, now: datetime) -> None:
        """Another device of the owner has shown this message of `peer`."""
        self._database.run(
            "UPDATE message SET shown_at = ? WHERE sender_hex = ? AND message_id = ? AND shown_at IS NULL",
            (format_timestamp(now), peer.hex, message_id),
        )

    def claim_delivery_receipt(
        self, sender: Primary, message_id: str, now: datetime, again: datetime
    ) -> bool:
        """Whether a delivered receipt is due: none was queued yet, or the last one before `again`."""
        return (
            self._database.run(
                "UPDATE message SET receipt_at = ? WHERE sender_hex = ? AND message_id = ? AND direction = 'in'"
                " AND (receipt_at IS NULL OR receipt_at < ?)",
                (format_timestamp(now), sender.hex, message_id, format_timestamp(again)),
            )
            > 0
        )

    def add_unopened(
        self, digest: str, envelope: bytes, code: str, cause: str, now: datetime
    ) -> Unopened | None:
        """Keep an envelope that gave no message; None if it is kept already."""
        moment = format_timestamp(now)
        added = self._database.insert(
            "INSERT INTO unopened (digest, envelope, code, cause, stored_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (digest, envelope, code, cause, moment),
        )
        return Unopened(digest, code, cause, now) if added else None

    def unopened(self, *, limit: int, not_shown: bool = False) -> list[Unopened]:
        """The last `limit` of them, oldest first; only those that the owner has not seen."""
        rows = self._database.rows(
            "SELECT digest, code, cause, stored_at FROM unopened WHERE shown_at IS NULL OR NOT ?"
            " ORDER BY id DESC LIMIT ?",
            (not_shown, limit),
        )
        return [
            Unopened(row["digest"], row["code"], row["cause"], parse_timestamp(row["stored_at"]))
            for row in reversed(rows)
        ]

    def mark_unopened_shown(self, unopened: Iterable[Unopened], now: datetime) -> list[Unopened]:
        """The owner has seen these placeholders; those for which that is new."""
        moment = format_timestamp(now)
        return [
            each
            for each in unopened
            if self._database.run(
                "UPDATE unopened SET shown_at = ? WHERE digest = ? AND shown_at IS NULL",
                (moment, each.digest),
            )
        ]


def _message(row: sqlite3.Row) -> StoredMessage:
    shown_at = row["shown_at"]
    return StoredMessage(
        row_id=row["id"],
        id=row["message_id"],
        sender=stored_key(row["sender_hex"]),
        direction=row["direction"],
        peer=stored_key(row["peer_hex"]),
        peer_handle=parse_full_handle(row["peer_handle"]) if row["peer_handle"] else None,
        name_state=row["name_state"],
        device=row["device"],
        seq=row["seq"],
        body_type=row["body_type"],
        body=json.loads(row["body"]),
        text=row["text"],
        created_at=parse_timestamp(row["created_at"]),
        stored_at=parse_timestamp(row["stored_at"]),
        state=row["state"],
        cause=row["cause"],
        notices=tuple(Notice(each["code"], each["text"]) for each in json.loads(row["notices"])),
        shown_at=parse_timestamp(shown_at) if shown_at else None,
        proof=row["proof"],
    )
