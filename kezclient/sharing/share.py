"""Sharing files with a contact: each is checked before any is queued, and queued before the network is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient.errors import ClientError
from kezclient.sharing.choosing import choose
from kezclient.sharing.chunked import queue_chunked
from kezclient.sharing.inline import queue_inline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kezclient.runtime import Runtime
    from kezclient.sharing.choosing import Choice
    from kezclient.sharing.queued import Queued
    from kezclient.sharing.sources import Source
    from kezclient.store.contacts import Contact
    from kezproto.bodies import FileMode


def _queue_iroh(runtime: Runtime, contact: Contact, source: Source, choice: Choice) -> Queued:
    # Iroh takes longer to load than everything else together.
    from kezclient.sharing.iroh import queue_iroh

    return queue_iroh(runtime, contact, source, choice)


_WAYS: dict[FileMode, Callable[[Runtime, Contact, Source, Choice], Queued]] = {
    "inline": queue_inline,
    "chunked": queue_chunked,
    "iroh": _queue_iroh,
}


def queue_files(
    runtime: Runtime, contact: Contact, sources: Sequence[Source], via: FileMode | None
) -> tuple[list[Queued], ClientError | None]:
    """Queue these files for the contact, in order, up to the first that cannot be: that one's error is returned.

    PathImpossible is raised before anything is queued.
    """
    choices = [choose(source, via) for source in sources]
    queued: list[Queued] = []
    for source, choice in zip(sources, choices, strict=True):
        runtime.run.note(choice.sentence(source))
        try:
            queued.append(_WAYS[choice.mode](runtime, contact, source, choice))
        except ClientError as error:
            return queued, error
    return queued, None
