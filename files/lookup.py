"""All reads of the room of files."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from files import errors
from files.models import Attachment, EarlyChunks, SharedFilesList
from files.storage import storage_name
from files.uploads import Upload
from kezproto.keys import Primary
from registry import lookup as registry

UPLOAD_LIMIT = timedelta(hours=24)  # as long as the stream of chunks keeps one
EARLY_LIMIT = timedelta(hours=1)
DAY = timedelta(days=1)
FIRST_PATIENCE = timedelta(seconds=5)
LAST_PATIENCE = timedelta(minutes=5)
BATCH = 500

State = Attachment.State


@dataclass(frozen=True, slots=True)
class Usage:
    """What one key uses of its quotas: bytes being uploaded, bytes stored, files announced within 24 hours."""

    in_flight: int
    stored: int
    today: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What those who wait for a file wait for a change of, and the digest of the token that lets them wait."""

    state: str
    received: str
    access: str


def attachment(file_id: str) -> Attachment:
    """FileUnknown if nobody announced it."""
    row = Attachment.objects.filter(file_id=file_id).first()
    if row is None:
        raise errors.FileUnknown
    return row


def stored_files() -> Iterator[Attachment]:
    """All ready files, page after page: a long look holds up nobody who writes."""
    last = 0
    while rows := list(Attachment.objects.filter(state=State.READY, pk__gt=last).order_by("pk")[:BATCH]):
        yield from rows
        last = rows[-1].pk


def is_stored(file: Attachment) -> bool:
    """Whether it is still said to be ready."""
    return Attachment.objects.filter(pk=file.pk, state=State.READY).exists()


def attachment_if_complete(file_id: str) -> Attachment | None:
    """The file if all its chunks are in and nobody has finalised it."""
    row = Attachment.objects.filter(file_id=file_id, state=State.PENDING).first()
    return row if row is not None and row.is_complete else None


def locked_attachment(file_id: str) -> Attachment | None:
    """The row, which nobody else changes until this transaction ends."""
    return Attachment.objects.select_for_update().filter(file_id=file_id).first()


def locked_attachments(file_ids: Collection[str]) -> dict[str, Attachment]:
    """The rows by file id; locked in one order, so that two who lock several do not wait for each other."""
    rows = Attachment.objects.select_for_update().filter(file_id__in=file_ids).order_by("pk")
    return {row.file_id: row for row in rows}


def snapshots(file_ids: Collection[str]) -> dict[str, Snapshot]:
    """By file id; unknown ids are left out."""
    rows = Attachment.objects.filter(file_id__in=file_ids).values_list(
        "file_id", "state", "received", "access"
    )
    return {file_id: Snapshot(state, received, access) for file_id, state, received, access in rows}


def usage(uploader: Primary, *, now: datetime) -> Usage:
    """The truth of this moment; exact only for who holds the lock of the uploader's handle."""
    rows = Attachment.objects.filter(uploader_hex=uploader.hex)
    sums = rows.aggregate(
        in_flight=Sum("size", filter=Q(state=State.PENDING), default=0),
        stored=Sum("size", filter=Q(state=State.READY), default=0),
        today=Count("pk", filter=Q(announced_at__gt=now - DAY)),
    )
    return Usage(**sums)


def early_chunks(upload: Upload) -> EarlyChunks | None:
    """What has come of an upload before its announcement."""
    return EarlyChunks.objects.filter(uploader_hex=upload.uploader_hex, file_id=upload.file_id).first()


def early_count(*, besides: Upload) -> int:
    """How many chunks the same sender has sent of other files that are not announced."""
    rows = EarlyChunks.objects.filter(uploader_hex=besides.uploader_hex).exclude(file_id=besides.file_id)
    return sum(row.received_bits.bit_count() for row in rows)


def overdue(*, now: datetime) -> list[Attachment]:
    """Complete, but not finalised by the worker that it was given to: after 5 s at first, later after longer."""
    rows = Attachment.objects.filter(state=State.PENDING, completed_at__lte=now - FIRST_PATIENCE)
    return [row for row in rows.order_by("queued_at") if _is_overdue(row, now)][:BATCH]


def _is_overdue(row: Attachment, now: datetime) -> bool:
    if row.queued_at is None or row.completed_at is None:
        return True
    tried_for = row.queued_at - row.completed_at
    return now - row.queued_at >= min(max(tried_for / 2, FIRST_PATIENCE), LAST_PATIENCE)


def too_old(*, now: datetime) -> QuerySet[Attachment]:
    """Ready files whose time is over."""
    before = now - timedelta(days=settings.KEZ_FILES_MAX_AGE_DAYS)
    return Attachment.objects.filter(state=State.READY, ready_at__lte=before)


def timed_out(*, now: datetime) -> QuerySet[Attachment]:
    """Uploads that were not completed while the stream kept their chunks."""
    return Attachment.objects.filter(state=State.PENDING, announced_at__lte=now - UPLOAD_LIMIT)


def never_announced(*, now: datetime) -> QuerySet[EarlyChunks]:
    return EarlyChunks.objects.filter(first_seen__lte=now - EARLY_LIMIT)


def orphans(names: Iterable[str]) -> Iterator[str]:
    """Those of these names in storage that no ready file has, and none that may become ready."""
    batch: list[str] = []
    for name in names:
        batch.append(name)
        if len(batch) == BATCH:
            yield from _orphans(batch)
            batch = []
    yield from _orphans(batch)


def _orphans(names: Collection[str]) -> set[str]:
    file_ids = {name.rpartition("-")[2] for name in names}
    kept = Attachment.objects.filter(file_id__in=file_ids, state__in=(State.READY, State.PENDING))
    return set(names) - {storage_name(*pair) for pair in kept.values_list("digest", "file_id")}


def shared_files(primary: Primary) -> SharedFilesList:
    """The list of a key that has an active handle; its document is loaded when it is asked for. NoSharedFiles else."""
    row = SharedFilesList.objects.filter(primary_hex=primary.hex).defer("document").first()
    if row is None or registry.active_handle_by_primary(primary) is None:
        raise errors.NoSharedFiles
    return row


def stored_shared_files(primary: Primary) -> SharedFilesList | None:
    """The list of a key, whatever became of its handle, without its document."""
    return SharedFilesList.objects.filter(primary_hex=primary.hex).defer("document").first()


def count_by_state() -> dict[str, tuple[int, int]]:
    """How many attachments there are of each state, and of how many bytes; states without any are there with 0."""
    counts = dict.fromkeys(State.values, (0, 0))
    rows = Attachment.objects.order_by().values_list("state").annotate(Count("pk"), Sum("size"))
    counts.update({state: (number, size) for state, number, size in rows})
    return counts
