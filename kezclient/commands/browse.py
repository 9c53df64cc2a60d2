"""`kez-chat browse`: what a contact shares with you, or what you share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from kezclient.runtime import Runtime


@command
def browse(
    run: Invocation,
    who: Annotated[
        str | None, typer.Argument(metavar="WHO", help="bob, @bob or bob@kez.lat; else your own list.")
    ] = None,
) -> None:
    """List the files that WHO shares with you; without WHO, those that you share, and with whom.

    The list is checked before any of it is shown: signed by WHO, named by their sigchain, and not older than one seen
    before. `kez-chat fetch WHO/ENTRY` gets a file.
    """
    from kezclient.directory import parse_who
    from kezclient.runtime import Runtime

    with Runtime(run) as runtime:
        _ = runtime.identity
        own = who is None or parse_who(who, runtime.profile.own_server) == runtime.profile.handle
        document, lines = _own(runtime) if own else _theirs(runtime, who or "")
    run.result(document, lambda console: console.print("\n".join(lines)))


def _own(runtime: Runtime) -> tuple[dict[str, Any], list[str]]:
    from kezclient import clock
    from kezclient.publishing.publish import settle
    from kezclient.publishing.words import published_document, published_line

    now, profile = clock.now(), runtime.profile
    collection = settle(runtime)
    lines = [published_line(each, profile.own_server, now) for each in collection]
    document = {
        "owner": str(profile.handle),
        "primary": str(profile.primary),
        "entries": [published_document(each, now) for each in collection],
    }
    return document, lines or ["You share nothing. `kez-chat publish FILE --to WHO` begins."]


def _theirs(runtime: Runtime, who: str) -> tuple[dict[str, Any], list[str]]:
    from kezclient import clock
    from kezclient.publishing.browsing import list_of
    from kezclient.publishing.words import entry_document, entry_line
    from kezproto.timestamps import format_timestamp

    now = clock.now()
    contact, opened = list_of(runtime, who)
    name = contact.handle.display(runtime.profile.own_server)
    entries = sorted(opened.entries, key=lambda each: each.added_at) if opened is not None else []
    for reason in opened.refused if opened is not None else ():
        runtime.run.warn(f"Something that {name} shares with you cannot be read: {reason}")
    document = {
        "owner": str(contact.handle),
        "primary": str(contact.primary),
        "version_no": opened.version_no if opened is not None else None,
        "made_at": format_timestamp(opened.created_at) if opened is not None else None,
        "entries": [entry_document(each, now) for each in entries],
        "refused": list(opened.refused) if opened is not None else [],
    }
    return document, [entry_line(each, now) for each in entries] or [f"{name} shares nothing with you."]
