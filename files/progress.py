"""What an uploader's browsers hear of an upload. Best effort: whoever must be sure asks `GET /v1/files/<file_id>`."""

import asyncio
import logging
import time

from chatbridge.consumers.notices import tell_file
from files.models import Attachment

NOTICE_SECONDS = 0.4
PATIENCE_SECONDS = 2.0  # a frozen channel layer must not hold up the chunks
REMEMBERED = 10_000

logger = logging.getLogger(__name__)


async def tell_uploader(attachment: Attachment) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await tell_file(
                attachment.uploader_hex,
                attachment.file_id,
                attachment.state,
                attachment.received_count,
                attachment.chunks,
                attachment.cause_code or None,
            )
    except TimeoutError:
        logger.warning("The channel layer does not take notices in time.")


class Progress:
    """Tells of the same file a few times a second at most, and of a complete one always."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    async def tell(self, attachments: list[Attachment]) -> None:
        now = time.monotonic()
        due = [each for each in attachments if each.is_complete or self._is_due(each, now)]
        await asyncio.gather(*(tell_uploader(each) for each in due))

    def _is_due(self, attachment: Attachment, now: float) -> bool:
        if now - self._told.get(attachment.file_id, 0.0) < NOTICE_SECONDS:
            return False
        if len(self._told) >= REMEMBERED:
            self._told.clear()
        self._told[attachment.file_id] = now
        return True
