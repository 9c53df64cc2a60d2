"""How entries of a log are linked, and where the links break."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kezproto.canonical import sha256_of
from registry.models.append_only import LinkedEntry

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Link:
    """The end of a log: the number and hash of its last entry; (0, "") where it is empty."""

    seq: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry that is not what was written. `sentence` says what is wrong with it."""

    seq: int
    sentence: str


def document_of(entry: LinkedEntry) -> dict[str, Any]:
    """What the hash covers: the entry's content, its number, and the hash before it (null in the first)."""
    return {**entry.content(), "seq": entry.seq, "prev": entry.prev or None}


def link(entry: LinkedEntry, after: Link) -> None:
    """Make an entry that is not stored yet the next one."""
    entry.seq, entry.prev = after.seq + 1, after.hash
    entry.hash = sha256_of(document_of(entry))


def first_fault(entries: Iterable[LinkedEntry], *, after: Link = Link()) -> Fault | Link:
    """The first fault in entries that come in order of their numbers, else the end of the log."""
    last = after
    for entry in entries:
        if entry.seq != last.seq + 1:
            return Fault(last.seq + 1, f"Entry {last.seq + 1} is missing.")
        if entry.prev != last.hash:
            return Fault(entry.seq, f"Entry {entry.seq} does not link to the one before it.")
        if entry.hash != sha256_of(document_of(entry)):
            return Fault(entry.seq, f"Entry {entry.seq} is not what was written: its hash is another.")
        last = Link(entry.seq, entry.hash)
    return last


def entries_of(log: type[LinkedEntry], *, after: int = 0) -> Iterator[LinkedEntry]:
    """All entries with a number above `after`, oldest first, a page at a time: a log may be longer than memory."""
    while True:
        page = list(log._default_manager.filter(seq__gt=after).order_by("seq")[:PAGE])
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].seq


def verify_log(log: type[LinkedEntry], *, expected: Link | None = None) -> Fault | Link:
    """The first fault in a whole log, else its end. `expected`: an end seen earlier, which must still be in it."""
    found = first_fault(entries_of(log))
    if expected is None or (isinstance(found, Fault) and found.seq <= expected.seq):
        return found
    kept = log._default_manager.filter(seq=expected.seq).values_list("hash", flat=True).first() or ""
    if kept != expected.hash:
        what = "is another than the one that was seen" if kept else "was seen before and is missing now"
        return Fault(expected.seq, f"Entry {expected.seq} {what}.")
    return found
