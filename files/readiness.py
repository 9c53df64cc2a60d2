"""Whether finished files can be stored: without that, every upload would hang."""

import logging
import time

from files import storage
from files.storage import StorageFailed
from httpapi.readiness import NotReady

logger = logging.getLogger(__name__)

TRUSTED_SECONDS = 30.0

ADVICE = (
    "Attachments cannot be stored: KEZ_FILES_STORAGE must be a folder that this server may write to, or a bucket with "
    "its keys; the server's log says why."
)


class StorageCheck:
    """Writes, reads and deletes a few bytes; what has worked is trusted for half a minute, since a bucket costs."""

    def __init__(self) -> None:
        self._worked_at = float("-inf")

    def __call__(self) -> str:
        if time.monotonic() - self._worked_at > TRUSTED_SECONDS:
            try:
                storage.check_writable()
            except StorageFailed as error:
                logger.warning("%s %s", error, error.__cause__ or "")
                raise NotReady(ADVICE) from error
            self._worked_at = time.monotonic()
        return "can be written"


def require_storage() -> None:
    """SystemExit with a sentence if nothing can be stored."""
    try:
        StorageCheck()()
    except NotReady as error:
        raise SystemExit(str(error)) from error
