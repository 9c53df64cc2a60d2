"""`kez-chat unpublish`: take files off the own list, for everybody or for some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kezclient.publishing.collection import Published
    from kezclient.runtime import Runtime
    from kezproto.keys import Primary


@command
def unpublish(
    run: Invocation,
    entry: Annotated[
        str, typer.Argument(metavar="ENTRY", help="The file's name, or the first digits of its id.")
    ],
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="WHO,…", help="Only for these readers; else for everybody."),
    ] = None,
) -> None:
    """Take a file off your list of shared files.

    It is gone from the list at once, and what goes by Iroh is no longer served. Of what is with the server, who has
    seen the list before may still have the key, and can fetch it as long as the server keeps it.
    """
    from kezclient import clock
    from kezclient.publishing.collection import without
    from kezclient.publishing.own_list import OwnList
    from kezclient.publishing.picking import fitting
    from kezclient.publishing.serving import serve_what_is_listed
    from kezclient.publishing.words import names_of, published_document
    from kezclient.runtime import Runtime
    from kezclient.shared_errors import NotPublished

    taken: list[Published] = []

    with Runtime(run) as runtime:
        _ = runtime.identity

        def change(before: Sequence[Published]) -> list[Published]:
            taken[:] = fitting(before, entry, lambda each: each.file)
            if not taken:
                raise NotPublished(entry=entry)
            readers = _readers(runtime, taken, to) if to else None
            return without(before, [each.ref for each in taken], readers)

        after = OwnList(runtime).change(change)
        serve_what_is_listed(runtime, after)
        left = {each.ref: each for each in after}
        own_server = runtime.profile.own_server
        now = clock.now()
    lines = []
    for each in taken:
        still = left.get(each.ref)
        for_whom = f"on your list for {', '.join(names_of(still, own_server))}" if still else "on your list"
        lines.append(f"✓ {each.file.filename} is {'only' if still else 'no longer'} {for_whom}.")
    document = {
        "removed": [each.ref for each in taken if each.ref not in left],
        "entries": [published_document(left[each.ref], now) for each in taken if each.ref in left],
    }
    run.result(document, lambda console: console.print("\n".join(lines)))


def _readers(runtime: Runtime, taken: Sequence[Published], given: Iterable[str]) -> set[Primary]:
    """Their keys, also former ones; by the names on the list, so that nobody has to be asked. NotItsReader."""
    from kezclient.directory import parse_who
    from kezclient.publishing.readers import names_in
    from kezclient.shared_errors import NotItsReader

    found: set[Primary] = set()
    for name in names_in(given):
        handle = parse_who(name, runtime.profile.own_server)
        keys = {key for each in taken for key, known in each.readers.items() if known == handle}
        if not keys:
            raise NotItsReader(name=taken[0].file.filename, handle=name)
        found |= keys
    return found
