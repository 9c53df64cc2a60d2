"""What a serving process tells whoever watches it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kezclient.store.shares import BlobToServe, Share
    from kezproto.blob_wire import Status
    from kezproto.keys import Primary


@dataclass(slots=True)
class Transfer:
    """One blob on its way to a reader. `sent` counts bytes of the file, from `first_byte` on."""

    reader: Primary
    blob: BlobToServe
    size: int
    first_byte: int
    is_relayed: Callable[[], bool]
    sent: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        return self.first_byte + self.sent

    @property
    def seconds(self) -> float:
        return max(time.monotonic() - self.began, 1e-6)

    @property
    def rate(self) -> float:
        """Bytes a second."""
        return self.sent / self.seconds


class Watcher(Protocol):
    """None of these may raise."""

    def began(self, transfer: Transfer) -> None: ...

    def moved(self, transfer: Transfer) -> None: ...

    def ended(self, transfer: Transfer, problem: str | None) -> None:
        """`problem`: why it broke off; None if all of it went out."""

    def refused(self, node: Primary, reader: Primary | None, status: Status) -> None:
        """`reader` is None for a stranger."""

    def fetched(self, share: Share, reader: Primary) -> None:
        """The reader has all of the share, for the first time."""


class NoWatcher:
    """Nobody is looking."""

    def began(self, transfer: Transfer) -> None: ...

    def moved(self, transfer: Transfer) -> None: ...

    def ended(self, transfer: Transfer, problem: str | None) -> None: ...

    def refused(self, node: Primary, reader: Primary | None, status: Status) -> None: ...

    def fetched(self, share: Share, reader: Primary) -> None: ...
