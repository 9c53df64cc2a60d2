"""Files of up to 80 KiB, which travel inside their message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient.compose import Composer
from kezclient.sharing.queued import Queued
from kezproto.bodies import inline_file_body

if TYPE_CHECKING:
    from kezclient.runtime import Runtime
    from kezclient.sharing.choosing import Choice
    from kezclient.sharing.sources import Source
    from kezclient.store.contacts import Contact


def queue_inline(runtime: Runtime, contact: Contact, source: Source, choice: Choice) -> Queued:
    """Store and queue the message with the file in it."""
    body = inline_file_body(source.read(), filename=source.name, mime=source.mime)
    message = Composer(runtime.identity, runtime.store).queue_file(contact.primary, contact.handle, body)
    return Queued(source, choice, message_id=message.id)
