"""Writing, checking and exporting the audit trail."""

import json
from collections.abc import Iterable, Iterator

from django.contrib.auth.models import AbstractBaseUser

from kezproto.keys import Primary
from registry import links, log_writing
from registry.errors import ModerationRefused
from registry.models import AuditEntry, Handle

# A key where people act for themselves, an operator, or text such as `shell:root`.
Actor = Primary | AbstractBaseUser | str

MAX_REASON = 500


def label(actor: Actor) -> str:
    """How an actor is written down."""
    return f"operator:{actor.get_username()}" if isinstance(actor, AbstractBaseUser) else str(actor)


def checked_reason(reason: str) -> str:
    """The reason without white space around it; ModerationRefused if there is none, or too much of it."""
    reason = reason.strip()
    if not reason:
        raise ModerationRefused("A reason is needed; it is kept in the audit trail.")
    if len(reason) > MAX_REASON:
        raise ModerationRefused(f"The reason is longer than {MAX_REASON} characters; shorten it.")
    return reason


def add_entry(
    actor: Actor, action: AuditEntry.Action, name: str, *, handle: Handle | None = None, reason: str = ""
) -> AuditEntry:
    """Write down a deed, as the last thing in its transaction."""
    return log_writing.append(
        AuditEntry(actor=label(actor), action=action, name=name, handle=handle, reason=reason)
    )


def add_entries(actor: Actor, action: AuditEntry.Action, deeds: Iterable[tuple[str, str]]) -> None:
    """The same for many deeds of one kind at once, each a name and a reason."""
    by = label(actor)
    log_writing.append_all(
        [AuditEntry(actor=by, action=action, name=name, reason=reason) for name, reason in deeds]
    )


def verify_trail(*, expected: links.Link | None = None) -> links.Fault | links.Link:
    """The first fault in the whole trail, else where it ends.

    `expected` is an end that was written down earlier: only with it is the loss of the last entries noticed.
    """
    return links.verify_log(AuditEntry, expected=expected)


def export_lines(*, after: int = 0) -> Iterator[str]:
    """The entries with a number above `after` as JSON lines, oldest first.

    A line holds what the entry's hash covers, and `hash`: whoever has the lines can check them without this server.
    """
    for entry in links.entries_of(AuditEntry, after=after):
        yield json.dumps({**links.document_of(entry), "hash": entry.hash}, ensure_ascii=False) + "\n"
