"""Making a backup of a server that runs on.

The order of the parts is what makes them fit together, since no clock stops for all of them:

1. the stream of chunks, 2. the registry's database, 3. the bytes of files. A file that was finished before 2 has its
   bytes by 3. One that was not has its chunks from 1; those that came in between are missing, and its sender is asked
   for them again.
2. the database (with the devices' cursors, brought up to date just before), then 4. the stream of inboxes. So a cursor
   never points beyond what was acknowledged by then: it may lag, and then something comes twice, which clients know
   by its id. The other way round a cursor could lead, and new messages under used numbers would be passed over.
2. the registry, then 5. the sigchain. What the registry keeps of a chain (lists of shared files) is in the chain.
"""

import asyncio
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from backups.archive import ArchiveWriter, PartWriter
from backups.databases import COUNTED, Database, registry_database, sigchain_database
from backups.errors import BackupFailed
from backups.progress import Progress
from backups.sealing import sealing
from backups.stream_copies import copy_stream
from chatbridge import services as devices
from chatbridge.broker import backend_connection
from chatbridge.janitor import ack_floors
from chatbridge.jetstream import JetStreamError
from chatbridge.threads import in_thread
from files import lookup as files
from files import storage
from kezproto.subjects import FILES_STREAM, INBOX_STREAM
from kezproto.timestamps import format_timestamp
from kezproto.version import VERSION
from natslink.errors import LinkError
from registry import transparency


@dataclass(frozen=True, slots=True)
class Wanted:
    """`recipients`: age public keys that the archive is sealed for; none: it is in clear."""

    file: Path
    recipients: Sequence[Any] = ()
    with_files: bool = True
    with_sigchain: bool = True
    overwrite: bool = False


def make_backup(wanted: Wanted, *, now: datetime, progress: Progress) -> dict[str, Any]:
    """Answers the manifest, with `size`, the bytes of the file. Raises BackupFailed."""
    if wanted.file.exists() and not wanted.overwrite:
        raise BackupFailed(f"There is a file {wanted.file} already: choose another name, or say --overwrite.")
    sigchain = sigchain_database() if wanted.with_sigchain else None
    if wanted.with_sigchain and sigchain is None:
        raise BackupFailed(
            "The database of the sigchain service is not to be seen from here: set SIGCHAIN_DATABASE_URL, or say "
            "--without-sigchain and back it up where it is."
        )
    try:
        with _renamed_at_the_end(wanted.file) as target:
            with sealing(target, wanted.recipients) as stream:
                manifest = _write(stream, wanted, sigchain, now, progress)
    except OSError as error:
        raise BackupFailed(f"The backup cannot be written: {error.strerror or error}.") from error
    return {**manifest, "size": wanted.file.stat().st_size}


def _write(
    stream: IO[bytes], wanted: Wanted, sigchain: Database | None, now: datetime, progress: Progress
) -> dict[str, Any]:
    head = {
        "id": secrets.token_hex(8),
        "server": settings.KEZ_CHAT_SERVER,
        "software": VERSION,
        "made_at": format_timestamp(now),
        "transparency_key": str(transparency.server_key().primary),
    }
    archive = ArchiveWriter(stream, head, mtime=now.timestamp())
    _stream(archive, "chunks", FILES_STREAM, progress)
    _bring_cursors_up_to_date()
    _database(archive, "registry", registry_database(), progress)
    _stream(archive, "inboxes", INBOX_STREAM, progress)
    if wanted.with_files:
        _files(archive, progress)
    if sigchain is not None:
        _database(archive, "sigchain", sigchain, progress)
    manifest = archive.finish()
    progress.done()
    return manifest


def _stream(archive: ArchiveWriter, part: str, name: str, progress: Progress) -> None:
    progress.step(part)
    with archive.part(part, "stream") as writer:
        write = _counted(writer.write, progress)
        writer.more = {"stream": name, **asyncio.run(copy_stream(name, write))}


def _database(archive: ArchiveWriter, part: str, database: Database, progress: Progress) -> None:
    progress.step(part)
    with archive.part(part, database.kind) as writer, database.copying() as copy:
        for piece in progress.watch(copy.pieces()):
            writer.write(piece)
        writer.more = {"counts": copy.counts(COUNTED[part]), "migrations": copy.migrations()}


def _files(archive: ArchiveWriter, progress: Progress) -> None:
    """The bytes of a folder; of a bucket, which has backups of its own, what lies in it."""
    folder = storage.is_folder()
    progress.step("files", total=files.count_by_state()["ready"][1] or 0)
    with archive.part("files", "folder" if folder else "list") as writer:
        if folder:
            writer.more = {"missing": _folder(writer, progress)}
        else:
            for file in files.stored_files():
                writer.write(f"{file.stored_as} {file.sealed_size}\n".encode())
            writer.more = {"missing": 0}


def _folder(writer: PartWriter, progress: Progress) -> int:
    """Answers how many files should be there and are not."""
    missing = 0
    for file in files.stored_files():
        try:
            data = storage.read(file.stored_as)
        except storage.StorageFailed as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise BackupFailed(f"{error} Its cause: {error.__cause__}") from error
            # Its time may just have been over; what is still said to be there is told.
            missing += files.is_stored(file)
            continue
        writer.member(file.stored_as, data)
        progress.moved(len(data))
    return missing


def _bring_cursors_up_to_date() -> None:
    """The janitor's work, done now: the fresher the cursors, the less comes twice after a restore."""

    async def copy() -> None:
        backend = backend_connection()
        try:
            await backend.start(timeout=5.0)
            await in_thread(devices.advance_cursors, await ack_floors(backend))
        finally:
            await backend.close()

    try:
        asyncio.run(copy())
    except (LinkError, JetStreamError) as error:
        raise BackupFailed(f"The devices' cursors cannot be read: {error}") from error


def _counted(write: Callable[[bytes], None], progress: Progress) -> Callable[[bytes], None]:
    def counted(data: bytes) -> None:
        write(data)
        progress.moved(len(data))

    return counted


@contextmanager
def _renamed_at_the_end(file: Path) -> Iterator[IO[bytes]]:
    """A file with mode 0600 that has its name only when it is whole and on the disk."""
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        part.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def seconds_since(began: float) -> float:
    return round(time.monotonic() - began, 1)
