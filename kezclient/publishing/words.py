"""Entries of lists of shared files for people and, as JSON, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kezclient.publishing.collection import ref_of
from kezclient.render import local_time
from kezclient.sanitize import one_line
from kezclient.sizes import size_in_words
from kezproto.timestamps import format_timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from kezclient.publishing.collection import Published
    from kezproto.bodies import FileBody
    from kezproto.shared_entries import SharedEntry

SHORT_REF = 8

_WAYS = {"chunked": "by way of the server", "iroh": "by Iroh, from their machine"}
_OWN_WAYS = {"chunked": "by way of the server", "iroh": "by Iroh, from your machine"}


def entry_line(entry: SharedEntry, now: datetime) -> str:
    """One line of `browse WHO`."""
    return _line(entry.file, entry.added_at, entry.expires_at, entry.note, _WAYS[entry.file.mode], now)


def published_line(published: Published, own_server: str, now: datetime) -> str:
    """One line of `browse` for the own list, with its readers."""
    file = published.file
    readers = ", ".join(names_of(published, own_server))
    line = _line(file, published.added_at, published.expires_at, published.note, _OWN_WAYS[file.mode], now)
    return f"{line}  for {readers}"


def names_of(published: Published, own_server: str) -> list[str]:
    """Whom it is for, as people of the own server are called."""
    return sorted(handle.display(own_server) for handle in published.readers.values())


def until(expires_at: datetime | None, now: datetime) -> str:
    if expires_at is None:
        return ""
    return "EXPIRED" if expires_at <= now else f"until {local_time(expires_at)[:10]}"


def entry_document(entry: SharedEntry, now: datetime) -> dict[str, Any]:
    """`id` may be shortened to its first digits in commands. `expired` is what the owner's note of it says."""
    return {
        **_document(entry.file, entry.added_at, entry.expires_at, entry.note, now),
        "thumbnail": entry.thumbnail is not None,
    }


def published_document(published: Published, now: datetime) -> dict[str, Any]:
    readers = sorted(published.readers.items(), key=lambda item: str(item[1]))
    return {
        **_document(published.file, published.added_at, published.expires_at, published.note, now),
        "thumbnail": published.thumbnail is not None,
        "readers": [{"handle": str(handle), "primary": str(primary)} for primary, handle in readers],
    }


def _line(
    file: FileBody,
    added_at: datetime,
    expires_at: datetime | None,
    note: str | None,
    way: str,
    now: datetime,
) -> str:
    parts = [
        ref_of(file)[:SHORT_REF],
        local_time(added_at),
        one_line(file.filename),
        size_in_words(file.size),
        one_line(file.mime),
        way,
        until(expires_at, now),
        f'"{one_line(note)}"' if note else "",
    ]
    return "  ".join(part for part in parts if part)


def _document(
    file: FileBody, added_at: datetime, expires_at: datetime | None, note: str | None, now: datetime
) -> dict[str, Any]:
    return {
        "id": ref_of(file),
        "name": file.filename,
        "mime": file.mime,
        "size": file.size,
        "mode": file.mode,
        "note": note,
        "added_at": format_timestamp(added_at),
        "expires_at": format_timestamp(expires_at) if expires_at else None,
        "expired": expires_at is not None and expires_at <= now,
    }
