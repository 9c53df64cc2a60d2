"""What is to be fetched, and where to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kezclient.fetching.safe_names import safe_destination
from kezclient.file_errors import BadDestination

if TYPE_CHECKING:
    from kezclient.files import SharedFile
    from kezclient.progress import Progress
    from kezclient.runtime import Runtime

_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One file on its way to `destination`, which is never overwritten without `force`.

    With `wait` a file that is still on its way to the server, or whose owner is away, is waited for.
    """

    runtime: Runtime
    shared: SharedFile
    destination: Path
    force: bool
    wait: bool
    progress: Progress

    @property
    def owner(self) -> str:
        """Whose machine has it, in words."""
        shared = self.shared
        if shared.direction == "out":
            return "your other device"
        return str(shared.peer_handle) if shared.peer_handle is not None else str(shared.peer)


def target_of(text: str | None) -> Path:
    """The file or folder that a person names, the folder they are in by default; one that ends with a slash is made.

    BadDestination if it cannot be.
    """
    target = Path(text or ".")
    if text is not None and text.endswith(_SEPARATORS) and not target.is_dir():
        try:
            target.mkdir(parents=True)
        except OSError as error:
            raise BadDestination(path=text, reason=error.strerror or str(error)) from error
    return target


def destination_of(shared: SharedFile, to: Path) -> Path:
    """`to` itself, or a safe name in it if it is a folder. BadDestination if there is no such folder."""
    destination = safe_destination(to, shared.file.filename) if to.is_dir() else to
    if not destination.parent.is_dir():
        raise BadDestination(path=str(to), reason=f"there is no folder {destination.parent}")
    return destination
