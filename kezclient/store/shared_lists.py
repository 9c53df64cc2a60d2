"""Lists of shared files: the newest seen of each owner, and own ones that the server has not confirmed yet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kezclient.store.database import Database
from kezproto.keys import Primary
from kezproto.timestamps import format_timestamp


@dataclass(frozen=True, slots=True)
class ListPin:
    """The newest list of an owner that was seen and verified."""

    version_no: int
    manifest: str


@dataclass(frozen=True, slots=True)
class MadeList:
    """A list of one's own; `document` is the signed object."""

    manifest: str
    version_no: int
    document: dict[str, Any]


class SharedLists:
    """Writing methods join the transaction around them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pin_of(self, owner: Primary) -> ListPin | None:
        row = self._database.row("SELECT * FROM shared_list_pin WHERE primary_hex = ?", (owner.hex,))
        return ListPin(row["version_no"], row["manifest"]) if row is not None else None

    def pin(self, owner: Primary, version_no: int, manifest: str, now: datetime) -> None:
        """Remember a list that was checked against the pin before; an older one changes nothing."""
        self._database.run(
            "INSERT INTO shared_list_pin (primary_hex, version_no, manifest, seen_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (primary_hex) DO UPDATE SET version_no = excluded.version_no,"
            " manifest = excluded.manifest, seen_at = excluded.seen_at"
            " WHERE excluded.version_no >= shared_list_pin.version_no",
            (owner.hex, version_no, manifest, format_timestamp(now)),
        )

    def keep_made(self, made: MadeList, now: datetime) -> None:
        """An own list is about to be committed: whatever dies then, it can be handed in later."""
        self._database.run(
            "INSERT OR REPLACE INTO own_list (manifest, version_no, document, made_at) VALUES (?, ?, ?, ?)",
            (made.manifest, made.version_no, json.dumps(made.document), format_timestamp(now)),
        )

    def made(self, manifest: str) -> MadeList | None:
        """The own list with this digest, if it was made here and the server has not confirmed it."""
        row = self._database.row("SELECT * FROM own_list WHERE manifest = ?", (manifest,))
        if row is None:
            return None
        return MadeList(row["manifest"], row["version_no"], json.loads(row["document"]))

    def highest_made(self) -> int:
        """The highest number of these; 0 if there is none."""
        row = self._database.row("SELECT coalesce(max(version_no), 0) AS highest FROM own_list")
        return int(row["highest"]) if row is not None else 0

    def confirmed(self, version_no: int) -> None:
        """The server has the own list of this number: no one up to it is needed any more."""
        self._database.run("DELETE FROM own_list WHERE version_no <= ?", (version_no,))
