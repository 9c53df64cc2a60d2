"""What somebody publishes, as a whole: read out of the owner's own entries, changed, and sealed for its readers again.

A collection is a list of files, each once, in the order in which they were added. Nothing here touches disk or network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from kezclient.shared_errors import EntryTooLarge, ListFull
from kezproto.bodies import FileBody, parse_body
from kezproto.errors import Malformed
from kezproto.handles import Handle
from kezproto.keys import Primary
from kezproto.payloads import MAX_SHARED_ENTRIES, MAX_SHARED_ENTRY_BYTES
from kezproto.shared_entries import SharedEntry, seal_shared_entry, sealed_entry_size, shared_entry_document

# Key and handle of each take at least 80 bytes.
MOST_READERS = MAX_SHARED_ENTRY_BYTES // 80


@dataclass(frozen=True, slots=True)
class Published:
    """A file on the list, for `readers`. `body` and `thumbnail` are bodies of files, as JSON."""

    body: Mapping[str, Any] = field(repr=False)
    readers: Mapping[Primary, Handle]
    added_at: datetime
    note: str | None = None
    thumbnail: Mapping[str, Any] | None = field(default=None, repr=False)
    expires_at: datetime | None = None

    @property
    def file(self) -> FileBody:
        body = parse_body(self.body)
        if not isinstance(body, FileBody):
            raise AssertionError("only files are published")
        return body

    @property
    def ref(self) -> str:
        return ref_of(self.file)


def ref_of(file: FileBody) -> str:
    """What names an entry to people, who type the first digits; the same for all of its readers."""
    return file.file_id or file.digest.partition(":")[2]


def collected(entries: Iterable[SharedEntry]) -> list[Published]:
    """The collection out of the owner's own entries; several about one file are put together."""
    found: dict[str, Published] = {}
    for entry in entries:
        document, readers = entry.document, dict(entry.readers or {})
        known = found.get(entry.file.digest)
        found[entry.file.digest] = Published(
            body=document["file"],
            readers={**readers, **known.readers} if known else readers,
            added_at=entry.added_at,
            note=(known.note if known else None) or entry.note,
            thumbnail=(known.thumbnail if known else None) or document.get("thumbnail"),
            expires_at=(known.expires_at if known else None) or entry.expires_at,
        )
    return _ordered(found.values())


def with_file(collection: Sequence[Published], added: Published) -> list[Published]:
    """The collection with one more file, or with one renewed: the same content under the same name is one file.

    Its readers are those of before and the new ones; a new note replaces the old one.
    """
    rest = [each for each in collection if not _is_same(each, added)]
    for before in collection:
        if _is_same(before, added):
            added = replace(
                added,
                readers={**before.readers, **added.readers},
                note=added.note or before.note,
                thumbnail=added.thumbnail or before.thumbnail,
            )
    return _ordered([*rest, added])


def without(
    collection: Sequence[Published], refs: Iterable[str], readers: Iterable[Primary] | None
) -> list[Published]:
    """The collection without these files; with `readers` only these are taken away, and what nobody reads then goes."""
    refs = set(refs)
    gone = None if readers is None else set(readers)
    left: list[Published] = []
    for each in collection:
        if each.ref not in refs:
            left.append(each)
        elif gone is not None:
            kept = {reader: handle for reader, handle in each.readers.items() if reader not in gone}
            if kept:
                left.append(replace(each, readers=kept))
    return left


def sealed(collection: Sequence[Published], owner: Primary) -> list[bytes]:
    """Every entry of the next list, sealed anew; the caller puts them in random order. ListFull, EntryTooLarge."""
    entries = [(reader, document) for each in collection for reader, document in _entries(each, owner)]
    if len(entries) > MAX_SHARED_ENTRIES:
        raise ListFull(needed=len(entries), limit=f"{MAX_SHARED_ENTRIES:,}")
    return [seal_shared_entry(document, reader) for reader, document in entries]


def _ordered(files: Iterable[Published]) -> list[Published]:
    return sorted(files, key=lambda each: (each.added_at, each.ref))


def _is_same(one: Published, other: Published) -> bool:
    """By digest of the plain bytes, where there is one. A file that goes by Iroh has none: there its name decides."""
    a, b = one.file, other.file
    return (a.filename, a.mode, a.plain_digest) == (b.filename, b.mode, b.plain_digest)


def _entries(each: Published, owner: Primary) -> Iterator[tuple[Primary, dict[str, Any]]]:
    document = _document(each, owner)
    if sealed_entry_size(document) > MAX_SHARED_ENTRY_BYTES:
        raise EntryTooLarge(name=each.file.filename)
    for reader in each.readers:
        yield reader, document
    for document in _own_documents(each, owner):
        yield owner, document


def _own_documents(each: Published, owner: Primary) -> Iterator[dict[str, Any]]:
    """The first says everything, and names as many readers as fit; each further one names more of them."""
    left = sorted(each.readers.items(), key=lambda item: str(item[1]))
    bare = Published(each.body, {}, each.added_at, expires_at=each.expires_at)
    for base in _first_then(each, bare):
        count = _fitting(base, owner, left)
        if count == 0 and base is bare:
            raise EntryTooLarge(name=each.file.filename)
        yield _document(base, owner, dict(left[:count]))
        left = left[count:]
        if not left:
            return


def _first_then(first: Published, then: Published) -> Iterator[Published]:
    yield first
    while True:
        yield then


def _fitting(base: Published, owner: Primary, readers: Sequence[tuple[Primary, Handle]]) -> int:
    """How many of the first of these readers fit into one entry beside all else."""
    count = min(len(readers), MOST_READERS)
    while count and sealed_entry_size(_document(base, owner, dict(readers[:count]))) > MAX_SHARED_ENTRY_BYTES:
        count -= 1
    return count


def _document(
    each: Published, owner: Primary, readers: Mapping[Primary, Handle] | None = None
) -> dict[str, Any]:
    try:
        document = shared_entry_document(
            owner=owner,
            added_at=each.added_at,
            file=each.body,
            thumbnail=each.thumbnail,
            note=each.note,
            expires_at=each.expires_at,
            readers=readers or None,
        )
    except Malformed as error:
        raise EntryTooLarge(name=each.file.filename) from error
    return document
