"""What the API says about a file."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from files import bitmap
from files.models import Attachment
from kezproto.timestamps import format_timestamp

CAUSES = {
    Attachment.Cause.DIGEST_MISMATCH: "The chunks that arrived are not the file that was announced.",
    Attachment.Cause.BAD_CHUNK: "A chunk that arrived does not have the form of this file's chunks.",
    Attachment.Cause.TIMED_OUT: "The upload was not completed within 24 hours.",
}


def status_document(attachment: Attachment) -> dict[str, Any]:
    """The answer of `GET /v1/files/<file_id>`. `missing` is empty unless the file is pending."""
    pending = attachment.state == Attachment.State.PENDING
    return {
        "file_id": attachment.file_id,
        "state": attachment.state,
        "size": attachment.size,
        "chunks": attachment.chunks,
        "received": attachment.received_count,
        "missing": bitmap.missing_indices(attachment.received_bits, attachment.chunks) if pending else [],
        "cause": cause_sentence(attachment),
        "cause_code": attachment.cause_code or None,
        "announced_at": format_timestamp(attachment.announced_at),
        "ready_at": _formatted(attachment.ready_at),
        "expires_at": _formatted(expires_at(attachment)),
    }


def cause_sentence(attachment: Attachment) -> str | None:
    """Why the upload failed, for people; None if it did not."""
    return CAUSES[Attachment.Cause(attachment.cause_code)] if attachment.cause_code else None


def expires_at(attachment: Attachment) -> datetime | None:
    """When a ready file will expire; None for one that is not ready."""
    if attachment.state != Attachment.State.READY or attachment.ready_at is None:
        return None
    return attachment.ready_at + timedelta(days=settings.KEZ_FILES_MAX_AGE_DAYS)


def _formatted(moment: datetime | None) -> str | None:
    return format_timestamp(moment) if moment is not None else None
