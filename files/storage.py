"""Where finished attachments lie, sealed, under their digest: a folder, or a bucket of S3; `KEZ_FILES_STORAGE` says."""

import contextlib
import posixpath
import secrets
from collections.abc import Iterator
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from files.ranges import ByteRange

ALIAS = "attachments"
PROBE_PREFIX = "probe-"


class StorageFailed(Exception):  # noqa: N818 - reads as what it says
    """The storage of attachments does not do what it was asked for. The cause is chained; it may hold addresses."""


def storage_name(digest: str, file_id: str) -> str:
    """Where a file lies. The id is part of it: two senders of the same bytes must not share one life."""
    hex_digits = digest.removeprefix("blake3:")
    return f"{hex_digits[:2]}/{hex_digits}-{file_id}"


def write(name: str, data: bytes) -> None:
    """Store the whole, replacing what may be there. On return it is durable; StorageFailed otherwise."""
    with _failures_typed():
        _storage().save(name, ContentFile(data))


def read(name: str, part: ByteRange | None = None) -> bytes:
    """The whole of a stored file, or a part of it; StorageFailed if it is not there."""
    with _failures_typed(), _storage().open(name, "rb") as file:
        if part is None:
            return bytes(file.read())
        file.seek(part.first)
        return bytes(file.read(part.last - part.first + 1))


def delete(name: str) -> None:
    """Nothing happens if it is not there; StorageFailed if it is and stays."""
    with _failures_typed():
        _storage().delete(name)


def exists(name: str) -> bool:
    with _failures_typed():
        return bool(_storage().exists(name))


def is_folder() -> bool:
    """False of a bucket."""
    return isinstance(_storage(), FileSystemStorage)


def holds_anything() -> bool:
    with _failures_typed():
        return next(_walk(_storage(), ""), None) is not None


def stored_names(*, older_than: datetime) -> Iterator[str]:
    """The names of everything that was written before a moment, also of halves that a crash left behind."""
    with _failures_typed():
        storage = _storage()
        for name in _walk(storage, ""):
            with contextlib.suppress(FileNotFoundError):  # deleted since it was listed
                if storage.get_modified_time(name) < older_than:
                    yield name


def check_writable() -> None:
    """Write, read and delete a few bytes; StorageFailed if that does not work."""
    name, token = f"{PROBE_PREFIX}{secrets.token_hex(8)}", secrets.token_bytes(16)
    write(name, token)
    found = read(name)
    delete(name)
    if found != token:
        raise StorageFailed("The storage does not give back what was written.")


def _storage() -> Storage:
    return storages[ALIAS]


def _walk(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return  # nothing has ever been stored
    for name in files:
        yield posixpath.join(folder, name)
    for name in folders:
        yield from _walk(storage, posixpath.join(folder, name))


@contextlib.contextmanager
def _failures_typed() -> Iterator[None]:
    try:
        yield
    except (OSError, ClientError, BotoCoreError) as error:
        raise StorageFailed(f"The storage of attachments failed: {type(error).__name__}.") from error
