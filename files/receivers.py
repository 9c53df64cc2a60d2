"""What follows when attachments change, after the commit."""

import logging
from typing import Any

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from files import storage
from files.models import Attachment
from files.signals import attachment_complete, attachment_ended
from files.storage import StorageFailed
from files.tasks import finalise

logger = logging.getLogger(__name__)


@receiver(attachment_complete, dispatch_uid="files finalises what is complete")
def order_finalisation(sender: Any, file_id: str, **_: Any) -> None:
    """Hand it to a worker; without a task queue the sweep does so later."""
    try:
        finalise.apply_async((file_id,), retry=False)
    except OperationalError as error:
        logger.warning("The task queue is out of reach; a complete file waits for the next sweep: %s", error)


@receiver(attachment_ended, dispatch_uid="files deletes the bytes of what has ended")
def delete_bytes(sender: Any, attachment: Attachment, **_: Any) -> None:
    """At once if it can be; else the next tidying finds them. Chunks that are still in the stream go with that."""
    try:
        storage.delete(attachment.stored_as)
    except StorageFailed as error:
        logger.warning("The bytes of an ended file stay until the next tidying: %s", error)
