"""What is done to attachments without anybody asking: what was left is handed out again, what is over ends, what
belongs to nobody goes. Any number of workers may do it at the same time.
"""

import logging
from datetime import datetime, timedelta

from chatbridge.broker import backend_connection
from chatbridge.threads import in_thread
from files import lookup, services, storage
from files.chunk_stream import held_chunks, purge_each, unwanted_subjects
from files.models import Attachment
from files.progress import tell_uploader
from files.signals import attachment_complete

logger = logging.getLogger(__name__)

# Longer than any finalisation takes from its first write to the row's change.
ORPHAN_AGE = timedelta(hours=1)


def hand_out_overdue(*, now: datetime) -> int:
    """Complete files whose finalisation did not come about go to the workers again; answers how many."""
    rows = [row for row in lookup.overdue(now=now) if services.requeue(row, now=now)]
    for row in rows:
        attachment_complete.send_robust(Attachment, file_id=row.file_id)
    if rows:
        logger.info("%d complete file(s) handed out again.", len(rows))
    return len(rows)


async def expire(*, now: datetime) -> None:
    """End ready files after `KEZ_FILES_MAX_AGE_DAYS`, uploads after a day, unannounced chunks after an hour.

    Raises what keeps the chunks from being purged: LinkError, JetStreamError.
    """
    await in_thread(_expire_ready, now)
    for row in await in_thread(_fail_late, now):
        await tell_uploader(row)
    forgotten = await in_thread(services.forget_early_chunks, now=now)
    if forgotten:
        async with backend_connection() as backend:
            await purge_each(backend, (upload.subjects for upload in forgotten))


def _expire_ready(now: datetime) -> None:
    for row in lookup.too_old(now=now)[: lookup.BATCH]:
        services.mark_expired(row, now=now)


def _fail_late(now: datetime) -> list[Attachment]:
    rows = list(lookup.timed_out(now=now)[: lookup.BATCH])
    late = [row for row in rows if services.mark_failed(row, cause=Attachment.Cause.TIMED_OUT, now=now)]
    return [lookup.attachment(row.file_id) for row in late]


async def tidy(*, now: datetime) -> None:
    """Compare stream and storage with the database. Raises LinkError, JetStreamError, StorageFailed."""
    async with backend_connection() as backend:
        held, foreign = await held_chunks(backend)
        # Counting them once more finds both: what the ingest has missed, and what nobody waits for.
        unwanted: list[str] = []
        uploads = list(held)
        for start in range(0, len(uploads), lookup.BATCH):
            some = {upload: held[upload] for upload in uploads[start : start + lookup.BATCH]}
            recorded = await in_thread(services.record_chunks, some, now=now)
            unwanted += unwanted_subjects(recorded.unwanted)
        await purge_each(backend, [*unwanted, *foreign])
    deleted = await in_thread(_delete_orphans, now)
    if unwanted or foreign or deleted:
        logger.info(
            "Tidied: %d chunk(s), %d foreign subject(s), %d file(s) in storage.",
            len(unwanted),
            len(foreign),
            deleted,
        )


def _delete_orphans(now: datetime) -> int:
    deleted = 0
    for name in lookup.orphans(storage.stored_names(older_than=now - ORPHAN_AGE)):
        storage.delete(name)
        deleted += 1
    return deleted
