"""Uploads: files in sealed chunks on their way to the server, and which chunks the broker has stored."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kezclient.store.database import Database
from kezclient.store.keys import stored_key
from kezproto.bodies import FileBody, parse_body
from kezproto.handles import Handle, parse_full_handle
from kezproto.keys import Primary
from kezproto.timestamps import format_timestamp, parse_timestamp


@dataclass(frozen=True, slots=True)
class Upload:
    """`state`: "queued" (chunks are still to go out), "sent" (the broker has them all and the pointer is queued or
    sent), "ready" (it can be fetched) or "failed" (with a cause). `stored` counts the chunks that the broker has,
    `received` those that the server is known to have. `for_list`: it is for the own list of shared files, no message
    points to it, and `peer` is oneself."""

    id: int
    file_id: str
    peer: Primary
    peer_handle: Handle
    body: dict[str, Any]
    source: str | None
    state: str
    announced: bool
    message_id: str | None
    stored: int
    received: int
    cause_code: str | None
    cause: str | None
    queued_at: datetime
    for_list: bool = False

    @property
    def file(self) -> FileBody:
        body = parse_body(self.body)
        if not isinstance(body, FileBody):
            raise AssertionError("only pointers to files are uploaded")
        return body

    @property
    def chunks(self) -> int:
        return int(self.body["chunks"])

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done, or waited for."""
        return self.state in ("queued", "sent")


@dataclass(frozen=True, slots=True)
class ChunkToSend:
    """A chunk that the broker has not confirmed; every try of it carries the same `delivery_id`."""

    number: int
    delivery_id: str


class UploadTable:
    """Writing methods join the transaction around them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        file_id: str,
        peer: Primary,
        peer_handle: Handle,
        body: dict[str, Any],
        source: str | None,
        delivery_ids: Sequence[str],
        now: datetime,
        for_list: bool = False,
    ) -> int:
        """A new upload with one delivery id for each chunk; its number."""
        with self._database.write():
            upload_id = self._database.insert(
                "INSERT INTO upload (file_id, peer_hex, peer_handle, body, source, state, queued_at, for_list)"
                " VALUES (?, ?, ?, ?, ?, 'queued', ?, ?)",
                (
                    file_id,
                    peer.hex,
                    str(peer_handle),
                    json.dumps(body),
                    source,
                    format_timestamp(now),
                    for_list,
                ),
            )
            self._set_chunks(upload_id, dict(enumerate(delivery_ids)))
        return upload_id

    def find(self, upload_id: int) -> Upload | None:
        row = self._database.row("SELECT * FROM upload_with_count WHERE id = ?", (upload_id,))
        return _upload(row) if row is not None else None

    def of_message(self, message_id: str) -> Upload | None:
        row = self._database.row("SELECT * FROM upload_with_count WHERE message_id = ?", (message_id,))
        return _upload(row) if row is not None else None

    def all(self) -> list[Upload]:
        return [_upload(row) for row in self._database.rows("SELECT * FROM upload_with_count ORDER BY id")]

    def in_state(self, state: str) -> list[Upload]:
        """In the order in which they were begun."""
        return [
            _upload(row)
            for row in self._database.rows(
                "SELECT * FROM upload_with_count WHERE state = ? ORDER BY id", (state,)
            )
        ]

    def without_message(self, peers: Sequence[Primary] | None = None) -> list[Upload]:
        """Those whose pointer is not sent yet, or never was; for these peers. For the own list: what is not ready."""
        rows = self._database.rows(
            "SELECT * FROM upload_with_count WHERE message_id IS NULL AND NOT (for_list AND state = 'ready')"
            " AND (? OR peer_hex IN (SELECT value FROM json_each(?))) ORDER BY id",
            (peers is None, json.dumps([peer.hex for peer in peers or ()])),
        )
        return [_upload(row) for row in rows]

    def file_ids(self) -> set[str]:
        """Of all uploads that may still need their sealed chunks."""
        rows = self._database.rows("SELECT file_id FROM upload WHERE state <> 'ready'")
        return {row["file_id"] for row in rows}

    def to_send(self, upload_id: int) -> list[ChunkToSend]:
        rows = self._database.rows(
            "SELECT number, delivery_id FROM upload_chunk WHERE upload_id = ? AND NOT stored ORDER BY number",
            (upload_id,),
        )
        return [ChunkToSend(row["number"], row["delivery_id"]) for row in rows]

    def note_announced(self, upload_id: int) -> None:
        self._database.run("UPDATE upload SET announced = 1 WHERE id = ?", (upload_id,))

    def note_stored(self, upload_id: int, numbers: Iterable[int]) -> None:
        """The broker has confirmed these chunks."""
        self._database.run(
            "UPDATE upload_chunk SET stored = 1 WHERE upload_id = ?"
            " AND number IN (SELECT value FROM json_each(?))",
            (upload_id, json.dumps(list(numbers))),
        )

    def note_received(self, upload_id: int, received: int) -> None:
        self._database.run("UPDATE upload SET received = ? WHERE id = ?", (received, upload_id))

    def stays_queued(self, upload_id: int, code: str, cause: str) -> None:
        self._database.run(
            "UPDATE upload SET cause_code = ?, cause = ? WHERE id = ? AND state = 'queued'",
            (code, cause, upload_id),
        )

    def sent(self, upload_id: int, message_id: str | None) -> None:
        """The broker has every chunk; `message_id` is the pointer's, if there is one, of the same transaction."""
        self._database.run(
            "UPDATE upload SET state = 'sent', message_id = ?, cause_code = NULL, cause = NULL WHERE id = ?",
            (message_id, upload_id),
        )

    def ready(self, upload_id: int, now: datetime) -> None:
        self._database.run(
            "UPDATE upload SET state = 'ready', cause_code = NULL, cause = NULL, settled_at = ? WHERE id = ?",
            (format_timestamp(now), upload_id),
        )
        self._database.run("DELETE FROM upload_chunk WHERE upload_id = ?", (upload_id,))

    def failed(self, upload_id: int, code: str, cause: str, now: datetime) -> None:
        self._database.run(
            "UPDATE upload SET state = 'failed', cause_code = ?, cause = ?, settled_at = ? WHERE id = ?",
            (code, cause, format_timestamp(now), upload_id),
        )

    def send_again(self, upload_id: int, delivery_ids: dict[int, str], *, announce: bool) -> None:
        """These chunks are to go out again, under new ids; with `announce` the file is announced again first."""
        self._set_chunks(upload_id, delivery_ids)
        self._database.run(
            "UPDATE upload SET state = 'queued', cause_code = NULL, cause = NULL, settled_at = NULL,"
            " announced = announced AND NOT ?, received = CASE WHEN ? THEN 0 ELSE received END WHERE id = ?",
            (announce, announce, upload_id),
        )

    def _set_chunks(self, upload_id: int, delivery_ids: dict[int, str]) -> None:
        for number, delivery_id in delivery_ids.items():
            self._database.run(
                "INSERT OR REPLACE INTO upload_chunk (upload_id, number, delivery_id) VALUES (?, ?, ?)",
                (upload_id, number, delivery_id),
            )


def _upload(row: sqlite3.Row) -> Upload:
    return Upload(
        id=row["id"],
        file_id=row["file_id"],
        peer=stored_key(row["peer_hex"]),
        peer_handle=parse_full_handle(row["peer_handle"]),
        body=json.loads(row["body"]),
        source=row["source"],
        state=row["state"],
        announced=bool(row["announced"]),
        message_id=row["message_id"],
        stored=row["stored"],
        received=row["received"],
        cause_code=row["cause_code"],
        cause=row["cause"],
        queued_at=parse_timestamp(row["queued_at"]),
        for_list=bool(row["for_list"]),
    )
