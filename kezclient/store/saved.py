"""Where files that came were written, so that a list can say so."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kezclient.store.database import Database
from kezproto.keys import Primary
from kezproto.timestamps import format_timestamp


class SavedFiles:
    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, sender: Primary, message_id: str, path: Path, now: datetime) -> None:
        """The file of this message lies at `path` now; only the last place is remembered."""
        with self._database.write():
            self._database.run(
                "INSERT OR REPLACE INTO saved_file (sender_hex, message_id, path, saved_at) VALUES (?, ?, ?, ?)",
                (sender.hex, message_id, str(path), format_timestamp(now)),
            )

    def path_of(self, sender: Primary, message_id: str) -> str | None:
        row = self._database.row(
            "SELECT path FROM saved_file WHERE sender_hex = ? AND message_id = ?", (sender.hex, message_id)
        )
        return str(row["path"]) if row is not None else None
