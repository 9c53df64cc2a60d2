"""Contacts: whose key was pinned when, and which other key a registry offers for them."""

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
class Contact:
    """`primary` is the pinned key. `offered` is a different one that the registry gives: nothing is sent then."""

    handle: Handle
    primary: Primary
    sigchain_url: str
    added_at: datetime
    checked_at: datetime
    verified_at: datetime | None
    offered: Primary | None


class ContactBook:
    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, handle: Handle) -> Contact | None:
        row = self._database.row("SELECT * FROM contact WHERE handle = ?", (str(handle),))
        return _contact(row) if row is not None else None

    def of_key(self, primary: Primary) -> list[Contact]:
        """Contacts that are pinned to this key, oldest first: one, unless a registry lied."""
        rows = self._database.rows(
            "SELECT * FROM contact WHERE primary_hex = ? ORDER BY added_at", (primary.hex,)
        )
        return [_contact(row) for row in rows]

    def all(self) -> list[Contact]:
        return [_contact(row) for row in self._database.rows("SELECT * FROM contact ORDER BY handle")]

    def keys_of(self, contact: Contact) -> list[Primary]:
        """The pinned key and those that were pinned before."""
        rows = self._database.rows(
            "SELECT primary_hex FROM former_key WHERE handle = ?", (str(contact.handle),)
        )
        return [contact.primary, *(stored_key(row["primary_hex"]) for row in rows)]

    def pin(self, handle: Handle, primary: Primary, sigchain_url: str, now: datetime) -> Contact:
        """Trust this key on first use. A contact that exists already stays as it is."""
        moment = format_timestamp(now)
        with self._database.write():
            self._database.run(
                "INSERT INTO contact (handle, primary_hex, sigchain_url, added_at, checked_at)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (handle) DO NOTHING",
                (str(handle), primary.hex, sigchain_url, moment, moment),
            )
            # Messages that came before the registry could be asked now have a name to stand under.
            self._database.run(
                "UPDATE message SET name_state = 'pinned', peer_handle = ?"
                " WHERE peer_hex = ? AND coalesce(peer_handle, ?) = ? AND name_state = 'unchecked'",
                (str(handle), primary.hex, str(handle), str(handle)),
            )
            contact = self.find(handle)
        if contact is None:
            raise AssertionError("a contact that was just written is there")
        return contact

    def note_answer(
        self, handle: Handle, primary: Primary, sigchain_url: str, now: datetime
    ) -> Contact | None:
        """Write down what the registry answered: the pinned key again, or another one, which blocks sending."""
        moment = format_timestamp(now)
        with self._database.write():
            self._database.run(
                "UPDATE contact SET checked_at = ?, offered_hex = NULL, offered_at = NULL, sigchain_url = ?"
                " WHERE handle = ? AND primary_hex = ?",
                (moment, sigchain_url, str(handle), primary.hex),
            )
            self._database.run(
                "UPDATE contact SET checked_at = ?, offered_at = coalesce(offered_at, ?), offered_hex = ?"
                " WHERE handle = ? AND primary_hex <> ?",
                (moment, moment, primary.hex, str(handle), primary.hex),
            )
            return self.find(handle)

    def accept(self, contact: Contact, primary: Primary, sigchain_url: str, now: datetime) -> None:
        """Pin another key in place of the old one; the new one counts as not compared yet."""
        moment = format_timestamp(now)
        with self._database.write():
            self._database.run(
                "INSERT OR REPLACE INTO former_key (handle, primary_hex, replaced_at, was_verified)"
                " VALUES (?, ?, ?, ?)",
                (str(contact.handle), contact.primary.hex, moment, int(contact.verified_at is not None)),
            )
            self._database.run(
                "DELETE FROM former_key WHERE handle = ? AND primary_hex = ?",
                (str(contact.handle), primary.hex),
            )
            self._database.run(
                "UPDATE contact SET primary_hex = ?, sigchain_url = ?, checked_at = ?, verified_at = NULL,"
                " offered_hex = NULL, offered_at = NULL WHERE handle = ?",
                (primary.hex, sigchain_url, moment, str(contact.handle)),
            )
            self._database.run(
                "UPDATE message SET name_state = 'pinned' WHERE peer_hex = ? AND peer_handle = ?",
                (primary.hex, str(contact.handle)),
            )

    def mark_verified(self, handle: Handle, now: datetime) -> None:
        with self._database.write():
            self._database.run(
                "UPDATE contact SET verified_at = ? WHERE handle = ?", (format_timestamp(now), str(handle))
            )


def _contact(row: sqlite3.Row) -> Contact:
    verified = row["verified_at"]
    offered = row["offered_hex"]
    return Contact(
        handle=parse_full_handle(row["handle"]),
        primary=stored_key(row["primary_hex"]),
        sigchain_url=row["sigchain_url"],
        added_at=parse_timestamp(row["added_at"]),
        checked_at=parse_timestamp(row["checked_at"]),
        verified_at=parse_timestamp(verified) if verified else None,
        offered=stored_key(offered) if offered else None,
    )
