"""What each way of sharing leaves in the store, before anything goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kezclient.sharing.choosing import Choice
    from kezclient.sharing.sources import Source


@dataclass(frozen=True, slots=True)
class Queued:
    """A message that is queued, or an upload whose message is queued once its chunks are out: exactly one is set."""

    source: Source
    choice: Choice
    message_id: str | None = None
    upload_id: int | None = None
