"""All writes of attachments: each is atomic, and safe to do twice; effects follow the commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from files import bitmap, errors, lookup
from files.lookup import State
from files.models import Attachment, EarlyChunks, Quota
from files.quotas import check_quotas
from files.signals import attachment_complete, attachment_ended
from files.uploads import Upload
from kezproto.file_announcement import FileAnnouncement
from kezproto.keys import Primary
from kezproto.payloads import CHUNK_BYTES
from registry import audit
from registry import lookup as registry
from registry.audit import Actor
from registry.errors import HandleSuspended, ModerationRefused, NotRegistered
from registry.models import AuditEntry, Handle


@dataclass(frozen=True, slots=True)
class Announced:
    """The outcome of an announcement; not `created`: it had been there before."""

    attachment: Attachment
    created: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of chunks: uploads that have more of them than before, and chunks that nobody waits for."""

    progressed: list[Attachment] = field(default_factory=list)
    unwanted: dict[Upload, int] = field(default_factory=dict)


def announce_file(announcement: FileAnnouncement, *, now: datetime) -> Announced:
    """Expect the chunks of a file. The same again is answered as before; a failed upload starts afresh.

    Raises NotRegistered, HandleSuspended, FileIdTaken, FileGone and what `check_quotas` raises. Of two keys that take
    one id at once, the table's unique constraint refuses one, which then finds the other's row.
    """
    try:
        return _announce(announcement, now=now)
    except IntegrityError:
        return _announce(announcement, now=now)


@transaction.atomic
def _announce(announcement: FileAnnouncement, *, now: datetime) -> Announced:
    # Everything about one uploader's quota happens under this lock.
    handle = registry.locked_handle(announcement.primary)
    if handle is not None and handle.status == Handle.Status.SUSPENDED:
        raise HandleSuspended
    if handle is None or handle.status != Handle.Status.ACTIVE:
        raise NotRegistered("This key has no handle on this server; register one before you send files.")
    row = lookup.locked_attachment(announcement.file_id)
    if row is None:
        return Announced(_create(announcement, now=now), created=True)
    theirs = (row.uploader_hex, row.size, row.digest, row.access)
    if theirs != (announcement.primary.hex, announcement.size, announcement.digest, announcement.access):
        raise errors.FileIdTaken
    if row.state == State.REMOVED:
        raise errors.FileGone
    if row.state == State.FAILED:
        check_quotas(announcement.primary, size=row.size, is_new=False, now=now)
        row.state, row.cause_code, row.attempt = State.PENDING, "", row.attempt + 1
        row.announced_at, row.queued_at, row.announcement = now, None, announcement.document
        _take_early_chunks(row, now=now)
        row.save()
    return Announced(row, created=False)


def _create(announcement: FileAnnouncement, *, now: datetime) -> Attachment:
    check_quotas(announcement.primary, size=announcement.size, is_new=True, now=now)
    row = Attachment(
        file_id=announcement.file_id,
        uploader_hex=announcement.primary.hex,
        size=announcement.size,
        chunks=announcement.chunks,
        digest=announcement.digest,
        access=announcement.access,
        announcement=announcement.document,
        announced_at=now,
    )
    _take_early_chunks(row, now=now)
    row.save()
    return row


def _take_early_chunks(row: Attachment, *, now: datetime) -> None:
    """Start from what came before the announcement."""
    early = lookup.early_chunks(Upload(row.uploader_hex, row.file_id))
    if early is not None:
        early.delete()
    row.received_bits, row.completed_at = 0, None
    _add_chunks(row, early.received_bits if early is not None else 0, now=now)


def _add_chunks(row: Attachment, bits: int, *, now: datetime) -> None:
    """Mark chunks as received; a file that this completes is given to a worker on commit."""
    row.received_bits |= bits & bitmap.all_bits(row.chunks)
    row.changed_at = now
    if row.is_complete:
        row.completed_at = row.completed_at or now
        row.queued_at = now
        file_id = row.file_id
        transaction.on_commit(lambda: attachment_complete.send_robust(Attachment, file_id=file_id))


def record_chunks(arrived: Mapping[Upload, int], *, now: datetime) -> Recorded:
    """Count chunks (bits by upload) that the stream holds. Counting one twice changes nothing."""
    recorded = Recorded()
    unannounced: dict[Upload, int] = {}
    with transaction.atomic():
        rows = lookup.locked_attachments({upload.file_id for upload in arrived})
        for upload, bits in arrived.items():
            row = rows.get(upload.file_id)
            if row is None or not _expects(row, upload):
                unannounced[upload] = bits
            else:
                _record(row, bits, recorded, now=now)
    for upload, bits in unannounced.items():
        _record_early(upload, bits, recorded, now=now)
    return recorded


def _expects(row: Attachment, upload: Upload) -> bool:
    """Whether chunks of this upload belong to this row. After a failure they may be of the next attempt."""
    return row.uploader_hex == upload.uploader_hex and row.state != State.FAILED


def _record(row: Attachment, bits: int, recorded: Recorded, *, now: datetime) -> None:
    upload = Upload(row.uploader_hex, row.file_id)
    expected = bits & bitmap.all_bits(row.chunks) if row.state == State.PENDING else 0
    if bits & ~expected:
        recorded.unwanted[upload] = bits & ~expected
    if expected & ~row.received_bits:
        _add_chunks(row, expected, now=now)
        row.save(update_fields=("received", "changed_at", "completed_at", "queued_at"))
        recorded.progressed.append(row)


@transaction.atomic
def _record_early(upload: Upload, bits: int, recorded: Recorded, *, now: datetime) -> None:
    """Under the lock that an announcement takes, so that chunks and announcement cannot miss each other."""
    handle = registry.locked_handle(Primary.from_hex(upload.uploader_hex))
    row = lookup.locked_attachment(upload.file_id)
    if row is not None and _expects(row, upload):
        _record(row, bits, recorded, now=now)
        return
    early = lookup.early_chunks(upload) or EarlyChunks(
        uploader_hex=upload.uploader_hex, file_id=upload.file_id, received=bitmap.to_text(0), first_seen=now
    )
    together = early.received_bits | bits
    room = settings.KEZ_FILES_IN_FLIGHT_BYTES // CHUNK_BYTES - lookup.early_count(besides=upload)
    if handle is None or handle.status != Handle.Status.ACTIVE or together.bit_count() > room:
        recorded.unwanted[upload] = bits
        return
    early.received_bits = together
    early.save()


def forget_chunks(attachment: Attachment, bits: int, *, now: datetime) -> bool:
    """The stream does not have these chunks (any more): they are missing again, for the sender to send.

    False if the file is no longer pending in the same attempt.
    """
    with transaction.atomic():
        row = lookup.locked_attachment(attachment.file_id)
        if row is None or (row.state, row.attempt) != (State.PENDING, attachment.attempt):
            return False
        row.received_bits &= ~bits
        row.completed_at, row.queued_at, row.changed_at = None, None, now
        row.save(update_fields=("received", "completed_at", "queued_at", "changed_at"))
    return True


def requeue(attachment: Attachment, *, now: datetime) -> bool:
    """Give a complete file to a worker again. False if another sweeper has just done so, or it is over."""
    same = Q(pk=attachment.pk, state=State.PENDING, queued_at=attachment.queued_at)
    return bool(Attachment.objects.filter(same).update(queued_at=now))


def mark_ready(attachment: Attachment, *, now: datetime) -> bool:
    """The bytes are checked and stored. False if somebody else has settled the file before."""
    pending = Attachment.objects.filter(pk=attachment.pk, state=State.PENDING)
    return bool(pending.update(state=State.READY, ready_at=now, changed_at=now))


def mark_failed(attachment: Attachment, *, cause: Attachment.Cause, now: datetime) -> bool:
    """This attempt has failed. False if it is over already, or another attempt has begun."""
    same = Attachment.objects.filter(pk=attachment.pk, state=State.PENDING, attempt=attachment.attempt)
    return bool(same.update(state=State.FAILED, cause_code=cause, completed_at=None, changed_at=now))


def mark_expired(attachment: Attachment, *, now: datetime) -> bool:
    """The time of a ready file is over; its bytes are deleted on commit."""
    return _end(attachment, (State.READY,), State.EXPIRED, now=now)


def forget_early_chunks(*, now: datetime) -> list[Upload]:
    """Stop waiting for announcements that did not come within an hour; answers whose chunks may go."""
    forgotten = []
    for row in lookup.never_announced(now=now)[: lookup.BATCH]:
        # Only if nothing came of it in between: an announcement takes the row away.
        if EarlyChunks.objects.filter(pk=row.pk).delete()[0]:
            forgotten.append(Upload(row.uploader_hex, row.file_id))
    return forgotten


def remove_attachment(attachment: Attachment, *, actor: Actor, reason: str, now: datetime) -> None:
    """An operator removes a file for good, with its bytes. ModerationRefused without a reason or if it has ended."""
    reason = audit.checked_reason(reason)
    with transaction.atomic():
        handle = registry.locked_handle(attachment.uploader)
        if handle is None or not _end(
            attachment, (State.PENDING, State.READY, State.FAILED), State.REMOVED, now=now
        ):
            raise ModerationRefused(f"The file {attachment.file_id} is not there any more.")
        file_id = attachment.file_id
        audit.add_entry(actor, AuditEntry.Action.FILE_REMOVED, file_id, handle=handle, reason=reason)


def set_quota(
    handle: Handle,
    *,
    in_flight_bytes: int | None,
    stored_bytes: int | None,
    files_per_day: int | None,
    actor: Actor,
    reason: str,
) -> None:
    """Allow a handle more or less than others; None: what the server allows. ModerationRefused without a reason.

    What is stored already stays, also where it is more.
    """
    reason = audit.checked_reason(reason)
    own = {
        "in_flight_bytes": in_flight_bytes,
        "stored_bytes": stored_bytes,
        "files_per_day": files_per_day,
    }
    told = ", ".join(f"{name} {value}" for name, value in own.items() if value is not None) or "as others"
    with transaction.atomic():
        Quota.objects.update_or_create(handle=handle, defaults=own)
        audit.add_entry(
            actor,
            AuditEntry.Action.QUOTA_SET,
            handle.local,
            handle=handle,
            reason=f"{told}: {reason}"[: audit.MAX_REASON],
        )


def _end(attachment: Attachment, before: tuple[State, ...], after: State, *, now: datetime) -> bool:
    with transaction.atomic():
        row = lookup.locked_attachment(attachment.file_id)
        if row is None or row.state not in before:
            return False
        row.state, row.cause_code, row.completed_at, row.changed_at = after, "", None, now
        row.save(update_fields=("state", "cause_code", "completed_at", "changed_at"))
        transaction.on_commit(lambda: attachment_ended.send_robust(Attachment, attachment=row))
    return True
