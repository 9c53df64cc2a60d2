"""Everything that a profile remembers, behind one door."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from kezclient.store.chains import ChainPins
from kezclient.store.contacts import ContactBook
from kezclient.store.database import Database
from kezclient.store.links import LinkState
from kezclient.store.messages import MessageLog
from kezclient.store.outbox import OutboxTable
from kezclient.store.publications import PublicationTable
from kezclient.store.saved import SavedFiles
from kezclient.store.shared_lists import SharedLists
from kezclient.store.shares import ShareTable
from kezclient.store.uploads import UploadTable


class Store:
    """The tables of one profile's database. `write()` is the transaction that spans them."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self.contacts = ContactBook(self._database)
        self.chains = ChainPins(self._database)
        self.links = LinkState(self._database)
        self.messages = MessageLog(self._database)
        self.outbox = OutboxTable(self._database)
        self.uploads = UploadTable(self._database)
        self.saved = SavedFiles(self._database)
        self.shared_lists = SharedLists(self._database)
        self.publications = PublicationTable(self._database)
        self.shares = ShareTable(self._database)

    def write(self) -> AbstractContextManager[None]:
        """An immediate write transaction; nested ones join it."""
        return self._database.write()

    def changes_by_others(self) -> int:
        """A number that changes when another process has written."""
        return self._database.changes_by_others()

    def setting(self, name: str) -> str | None:
        row = self._database.row("SELECT value FROM setting WHERE name = ?", (name,))
        return str(row["value"]) if row is not None else None

    def set_setting(self, name: str, value: str) -> None:
        with self._database.write():
            self._database.run(
                "INSERT INTO setting (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
