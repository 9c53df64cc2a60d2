"""What was given to `publish` and is not on the own list yet, so that nothing is forgotten whatever dies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kezclient.store.database import Database
from kezclient.store.keys import stored_key
from kezproto.bodies import FileBody, parse_body
from kezproto.handles import Handle, parse_full_handle
from kezproto.keys import Primary
from kezproto.timestamps import format_timestamp, parse_timestamp


@dataclass(frozen=True, slots=True)
class Publication:
    """A file for `readers`. `upload_id`: its upload, which has to be ready first; None where it goes by Iroh."""

    id: int
    upload_id: int | None
    body: dict[str, Any] = field(repr=False)
    readers: Mapping[Primary, Handle]
    note: str | None
    given_at: datetime

    @property
    def file(self) -> FileBody:
        body = parse_body(self.body)
        if not isinstance(body, FileBody):
            raise AssertionError("only files are published")
        return body


class PublicationTable:
    """Writing methods join the transaction around them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        upload_id: int | None,
        body: Mapping[str, Any],
        readers: Mapping[Primary, Handle],
        note: str | None,
        now: datetime,
    ) -> int:
        return self._database.insert(
            "INSERT INTO publication (upload_id, body, readers, note, given_at) VALUES (?, ?, ?, ?, ?)",
            (upload_id, json.dumps(body), _wired(readers), note, format_timestamp(now)),
        )

    def change(self, publication_id: int, readers: Mapping[Primary, Handle], note: str | None) -> None:
        self._database.run(
            "UPDATE publication SET readers = ?, note = ? WHERE id = ?",
            (_wired(readers), note, publication_id),
        )

    def all(self) -> list[Publication]:
        """In the order in which they were given."""
        return [_publication(row) for row in self._database.rows("SELECT * FROM publication ORDER BY id")]

    def of_upload(self, upload_id: int) -> Publication | None:
        row = self._database.row("SELECT * FROM publication WHERE upload_id = ?", (upload_id,))
        return _publication(row) if row is not None else None

    def done(self, publication_id: int) -> None:
        """It is on the list, or given up."""
        self._database.run("DELETE FROM publication WHERE id = ?", (publication_id,))


def _wired(readers: Mapping[Primary, Handle]) -> str:
    return json.dumps({primary.hex: str(handle) for primary, handle in readers.items()})


def _publication(row: sqlite3.Row) -> Publication:
    readers = json.loads(row["readers"])
    return Publication(
        id=row["id"],
        upload_id=row["upload_id"],
        body=json.loads(row["body"]),
        readers={stored_key(key): parse_full_handle(handle) for key, handle in readers.items()},
        note=row["note"],
        given_at=parse_timestamp(row["given_at"]),
    )
