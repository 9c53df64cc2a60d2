"""Who may see what is published, as people type it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.errors import UsageFault
from kezproto import fields
from kezproto.errors import Malformed
from kezproto.shared_entries import MAX_NOTE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kezclient.runtime import Runtime
    from kezproto.handles import Handle
    from kezproto.keys import Primary


def names_in(given: Iterable[str]) -> list[str]:
    """`--to bob,carol --to dave`: each name once, in this order."""
    names = [name.strip() for each in given for name in each.split(",")]
    return list(dict.fromkeys(name for name in names if name))


def readers_of(runtime: Runtime, given: Iterable[str]) -> dict[Primary, Handle]:
    """Contacts that may be written to, met now if need be. KeyChanged, SelfMessage, errors as look-ups."""
    now = clock.now()
    contacts = [
        runtime.directory.for_sending(name, now, runtime.settings.refresh) for name in names_in(given)
    ]
    return {contact.primary: contact.handle for contact in contacts}


def check_note(note: str | None) -> None:
    """UsageFault for what cannot stand in an entry."""
    if note is None:
        return
    try:
        fields.plain_line(1, MAX_NOTE_BYTES)(note)
    except Malformed as error:
        raise UsageFault(sentence=f"The note {error}") from error
