"""Fetching one file, whatever way it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.fetching.chunked import fetch_chunked
from kezclient.fetching.inline import fetch_inline
from kezclient.fetching.part_file import check_free

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kezclient.fetching.request import FetchRequest
    from kezproto.bodies import FileMode


def _fetch_iroh(request: FetchRequest) -> Path:
    # Iroh takes longer to load than everything else together.
    from kezclient.fetching.iroh import fetch_iroh

    return fetch_iroh(request)


_WAYS: dict[FileMode, Callable[[FetchRequest], Path]] = {
    "inline": fetch_inline,
    "chunked": fetch_chunked,
    "iroh": _fetch_iroh,
}


def fetch(request: FetchRequest) -> Path:
    """Where the file lies now, whole and checked. FileExists or BadDestination before anything is fetched."""
    check_free(request.destination, force=request.force)
    path = _WAYS[request.shared.file.mode](request)
    message = request.shared.message
    if message is not None:
        request.runtime.store.saved.note(message.sender, message.id, path.absolute(), clock.now())
    return path
