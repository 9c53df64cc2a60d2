"""Shares: what this machine serves by Iroh, to whom, and who has fetched it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kezclient.store.database import Database
from kezclient.store.keys import stored_key
from kezproto.blob_folder import folder_file_key
from kezproto.digests import DIGEST_PREFIX
from kezproto.handles import Handle, parse_full_handle
from kezproto.keys import Primary
from kezproto.tickets import TicketKind
from kezproto.timestamps import format_timestamp, parse_timestamp


@dataclass(frozen=True, slots=True)
class Share:
    """`content` and `key` are those of the ticket. Since `unshared_at` it is gone for its readers. `for_list`: the own
    list of shared files says who they are."""

    id: int
    content: str
    key: bytes = field(repr=False)
    kind: TicketKind
    name: str
    size: int
    path: Path
    shared_at: datetime
    unshared_at: datetime | None
    for_list: bool = False

    @property
    def ref(self) -> str:
        """How people name it, by its first digits."""
        return self.content.removeprefix(DIGEST_PREFIX)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may fetch a share. `fetched_at`: when they first said that they have all of it."""

    primary: Primary
    handle: Handle
    message_id: str | None
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A share as one message offers it to one reader."""

    share: Share
    reader: Reader


@dataclass(frozen=True, slots=True)
class BlobToServe:
    """A blob of a share. `source` is where its bytes are: a path, or of a listing the bytes themselves."""

    share: Share
    content: str
    key: bytes = field(repr=False)
    path: str
    source: Path | bytes
    manifest: bytes

    @property
    def is_whole_share(self) -> bool:
        return self.content == self.share.content


@dataclass(frozen=True, slots=True)
class NewBlob:
    """`number` and `path` are those of the listing; None and empty for the file itself and the listing."""

    content: str
    manifest: bytes
    number: int | None = None
    path: str = ""
    data: bytes | None = None


class ShareTable:
    """Writing methods join the transaction around them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        key: bytes,
        kind: TicketKind,
        name: str,
        size: int,
        path: Path,
        blobs: Sequence[NewBlob],
        now: datetime,
        for_list: bool = False,
    ) -> Share:
        """A new share without readers; the first of its blobs is what the ticket names."""
        with self._database.write():
            share_id = self._database.insert(
                "INSERT INTO share (content, key_hex, kind, name, size, path, shared_at, for_list)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (blobs[0].content, key.hex(), kind, name, size, str(path), format_timestamp(now), for_list),
            )
            for blob in blobs:
                self._database.run(
                    "INSERT INTO share_blob (content, share_id, number, path, data, manifest)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (blob.content, share_id, blob.number, blob.path, blob.data, blob.manifest),
                )
        return Share(share_id, blobs[0].content, key, kind, name, size, path, now, None, for_list)

    def add_reader(
        self, share_id: int, reader: Primary, handle: Handle, message_id: str | None = None
    ) -> None:
        self._database.run(
            "INSERT INTO share_reader (share_id, reader_hex, reader_handle, message_id) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET message_id = excluded.message_id",
            (share_id, reader.hex, str(handle), message_id),
        )

    def set_readers(self, share_id: int, readers: Mapping[Primary, Handle]) -> None:
        """These and nobody else; when somebody of them has fetched it stays known."""
        self._database.run(
            "DELETE FROM share_reader WHERE share_id = ? AND reader_hex NOT IN (SELECT value FROM json_each(?))",
            (share_id, json.dumps([reader.hex for reader in readers])),
        )
        for reader, handle in readers.items():
            self.add_reader(share_id, reader, handle)

    def find(self, share_id: int) -> Share | None:
        row = self._database.row("SELECT * FROM share WHERE id = ?", (share_id,))
        return _share(row) if row is not None else None

    def offered_by(self, message_id: str) -> Offered | None:
        """What this device offered with a message of its own."""
        row = self._database.row(
            "SELECT * FROM share JOIN share_reader ON share_id = share.id WHERE message_id = ?", (message_id,)
        )
        return Offered(_share(row), _reader(row)) if row is not None else None

    def all(self) -> list[Share]:
        """Also those that are no longer shared, oldest first."""
        return [_share(row) for row in self._database.rows("SELECT * FROM share ORDER BY id")]

    def served(self) -> list[Share]:
        return [each for each in self.all() if each.unshared_at is None]

    def is_served(self, share_id: int) -> bool:
        row = self._database.row("SELECT 1 FROM share WHERE id = ? AND unshared_at IS NULL", (share_id,))
        return row is not None

    def readers(self, share_id: int) -> list[Reader]:
        rows = self._database.rows(
            "SELECT * FROM share_reader WHERE share_id = ? ORDER BY reader_handle", (share_id,)
        )
        return [_reader(row) for row in rows]

    def all_readers(self) -> dict[Primary, Handle]:
        """Everybody who may fetch, or might, something of this machine."""
        rows = self._database.rows("SELECT DISTINCT reader_hex, reader_handle FROM share_reader")
        return {stored_key(row["reader_hex"]): parse_full_handle(row["reader_handle"]) for row in rows}

    def may_read(self, share_id: int, reader: Primary) -> bool:
        row = self._database.row(
            "SELECT 1 FROM share_reader WHERE share_id = ? AND reader_hex = ?", (share_id, reader.hex)
        )
        return row is not None

    def blob(self, content: str) -> BlobToServe | None:
        """The blob with this content id, also of what is no longer shared."""
        row = self._database.row(
            "SELECT share_blob.content AS blob_content, number, share_blob.path AS blob_path, data, manifest,"
            " share.* FROM share_blob JOIN share ON share.id = share_id WHERE share_blob.content = ?",
            (content,),
        )
        if row is None:
            return None
        share, number, data = _share(row), row["number"], row["data"]
        return BlobToServe(
            share=share,
            content=row["blob_content"],
            key=share.key if number is None or not share.key else folder_file_key(share.key, number),
            path=row["blob_path"],
            source=data if data is not None else share.path / row["blob_path"],
            manifest=row["manifest"],
        )

    def note_fetched(self, share_id: int, reader: Primary, now: datetime) -> bool:
        """Whether that is news."""
        changed = self._database.run(
            "UPDATE share_reader SET fetched_at = ? WHERE share_id = ? AND reader_hex = ? AND fetched_at IS NULL",
            (format_timestamp(now), share_id, reader.hex),
        )
        return changed > 0

    def unshare(self, share_id: int, now: datetime) -> None:
        """What would be needed to serve it is forgotten; that it was shared, and with whom, is not."""
        with self._database.write():
            self._database.run(
                "UPDATE share SET unshared_at = ?, key_hex = '' WHERE id = ? AND unshared_at IS NULL",
                (format_timestamp(now), share_id),
            )
            self._database.run(
                "UPDATE share_blob SET data = NULL, manifest = x'' WHERE share_id = ?", (share_id,)
            )


def _share(row: sqlite3.Row) -> Share:
    return Share(
        id=row["id"],
        content=row["content"],
        key=bytes.fromhex(row["key_hex"]),
        kind=row["kind"],
        name=row["name"],
        size=row["size"],
        path=Path(row["path"]),
        shared_at=parse_timestamp(row["shared_at"]),
        unshared_at=parse_timestamp(row["unshared_at"]) if row["unshared_at"] else None,
        for_list=bool(row["for_list"]),
    )


def _reader(row: sqlite3.Row) -> Reader:
    return Reader(
        primary=stored_key(row["reader_hex"]),
        handle=parse_full_handle(row["reader_handle"]),
        message_id=row["message_id"],
        fetched_at=parse_timestamp(row["fetched_at"]) if row["fetched_at"] else None,
    )
