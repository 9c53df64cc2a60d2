"""What is to be fetched, and where to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient.fetching.safe_names import safe_destination
from kezclient.file_errors import BadDestination

if TYPE_CHECKING:
    from pathlib import Path

    from kezclient.files import SharedFile
    from kezclient.progress import Progress
    from kezclient.runtime import Runtime


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


def destination_of(shared: SharedFile, to: Path) -> Path:
    """`to` itself, or a safe name in it if it is a folder. BadDestination if there is no such folder."""
    destination = safe_destination(to, shared.file.filename) if to.is_dir() else to
    if not destination.parent.is_dir():
        raise BadDestination(path=str(to), reason=f"there is no folder {destination.parent}")
    return destination
