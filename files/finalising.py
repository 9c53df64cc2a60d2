"""From n chunks in the stream to one attachment in storage. Done twice, half or at the same time: the same result."""

import logging

from django.utils import timezone

from chatbridge.broker import backend_connection
from chatbridge.jetstream import JetStreamError
from chatbridge.threads import in_thread
from files import bitmap, lookup, services, storage
from files.assembly import NotTheFile, sealed_bytes
from files.chunk_stream import purge, read_chunks
from files.models import Attachment
from files.progress import tell_uploader
from files.uploads import Upload
from natslink.connection import SupervisedConnection
from natslink.errors import LinkError

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0


async def finalise_file(file_id: str) -> None:
    """Nothing happens unless the file is complete and pending. Raises what makes it impossible now: LinkError,
    JetStreamError, StorageFailed, DatabaseError; the sweep has it done again.
    """
    attachment = await in_thread(lookup.attachment_if_complete, file_id)
    if attachment is None:
        return
    backend = backend_connection()
    try:
        await backend.start(timeout=CONNECT_SECONDS)
        await _finalise(backend, attachment)
    finally:
        await backend.close()


async def _finalise(backend: SupervisedConnection, attachment: Attachment) -> None:
    upload = Upload(attachment.uploader_hex, attachment.file_id)
    frames = await read_chunks(backend, upload, chunks=attachment.chunks)
    absent = bitmap.bits_of(index for index, frame in enumerate(frames) if frame is None)
    if absent:
        settled = await in_thread(services.forget_chunks, attachment, absent, now=timezone.now())
        logger.warning(
            "%d chunk(s) of a complete upload are gone; its sender is asked again.", absent.bit_count()
        )
    else:
        settled = await _settle(backend, attachment, [frame for frame in frames if frame is not None])
    if settled:
        await tell_uploader(await in_thread(lookup.attachment, attachment.file_id))


async def _settle(backend: SupervisedConnection, attachment: Attachment, frames: list[bytes]) -> bool:
    """Check, store, mark as ready or failed; False if somebody else has done so."""
    subjects = Upload(attachment.uploader_hex, attachment.file_id).subjects
    try:
        await in_thread(_store, attachment, frames)
    except NotTheFile as verdict:
        logger.info("An upload failed: %s.", verdict)
        # Before the sender can learn of it and send the next attempt's chunks, which must not be purged.
        await purge(backend, subjects)
        return await in_thread(services.mark_failed, attachment, cause=verdict.cause, now=timezone.now())
    if not await in_thread(services.mark_ready, attachment, now=timezone.now()):
        return False
    try:
        await purge(backend, subjects)
    except (LinkError, JetStreamError) as error:
        logger.warning("The chunks of a finished file stay until the next tidying: %s", error)
    return True


def _store(attachment: Attachment, frames: list[bytes]) -> None:
    data = sealed_bytes(attachment, frames)
    storage.write(attachment.stored_as, data)
