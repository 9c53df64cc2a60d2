"""Files of any size, fetched from this machine by Iroh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient.file_errors import IrohUnavailable

if TYPE_CHECKING:
    from kezclient.runtime import Runtime
    from kezclient.sharing.choosing import Choice
    from kezclient.sharing.queued import Queued
    from kezclient.sharing.sources import Source
    from kezclient.store.contacts import Contact


def queue_iroh(runtime: Runtime, contact: Contact, source: Source, choice: Choice) -> Queued:
    """Offer the file to the contact and queue the message that points to it."""
    raise IrohUnavailable(name=source.name)
