"""A file while it is fetched: it grows beside its destination and takes the name when it is whole."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from kezclient.config import sync_folder
from kezclient.errors import FileExists
from kezclient.fetching.past_cache import PAGE_BYTES, write_past_cache
from kezclient.file_errors import BadDestination


class PartFile:
    """Use it as a context manager. What is in it stays for the next try, unless `finish` or `discard` was called.

    `ref` (hex digits) tells parts of different files with the same name apart. Only one process may have it open; the
    caller holds a lock. The destination is never overwritten without `force`, and a symbolic link there is never
    followed: it counts as something that exists.
    """

    def __init__(self, destination: Path, ref: str, *, force: bool) -> None:
        self.destination = destination
        self.path = destination.with_name(f"{destination.name}.{ref[:8]}.part")
        self._force = force
        self._stream: BinaryIO | None = None
        check_free(destination, force=force)

    @property
    def stream(self) -> BinaryIO:
        """Open for reading and writing, at its beginning when it was just opened."""
        if self._stream is None:
            raise AssertionError("a part is used inside its `with`")
        return self._stream

    @property
    def size(self) -> int:
        return os.fstat(self.stream.fileno()).st_size

    def start_at(self, position: int) -> None:
        """Forget everything from `position` on and write there."""
        self.stream.seek(position)
        self.stream.truncate()

    def write(self, data: bytes | memoryview) -> None:
        try:
            self.stream.write(data)
        except OSError as error:
            raise BadDestination(path=str(self.path), reason=error.strerror or str(error)) from error

    def write_pages(self, data: memoryview) -> None:
        """As `write`, for much data that begins at the beginning of a page of memory, as that of `mmap` does."""
        self.stream.flush()
        place = self.stream.tell()
        whole = len(data) - len(data) % PAGE_BYTES
        if whole and place % PAGE_BYTES == 0:
            written = write_past_cache(self.stream.fileno(), data[:whole], place)
            self.stream.seek(place + written)
            data = data[written:]
        if data:
            self.write(data)

    def finish(self) -> Path:
        """Everything is in it and was checked: it becomes the destination, whole or not at all."""
        try:
            self.stream.flush()
            os.fsync(self.stream.fileno())
            self._close()
            self._take_name()
            sync_folder(self.destination.parent)
        except FileExistsError as error:
            raise FileExists(path=str(self.destination)) from error
        except OSError as error:
            raise BadDestination(path=str(self.destination), reason=error.strerror or str(error)) from error
        return self.destination

    def discard(self) -> None:
        self._close()
        self.path.unlink(missing_ok=True)

    def _take_name(self) -> None:
        if self._force:
            self.path.replace(self.destination)
            return
        try:
            # Fails if the name was taken meanwhile, which a rename would not.
            os.link(self.path, self.destination)
        except FileExistsError:
            raise
        except OSError:
            # A file system without links: an empty file claims the name.
            os.close(os.open(self.destination, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            self.path.replace(self.destination)
        else:
            self.path.unlink()

    def __enter__(self) -> PartFile:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            handle = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise BadDestination(path=str(self.path), reason=error.strerror or str(error)) from error
        self._stream = os.fdopen(handle, "r+b")
        # In a folder that others may write to, the name could lead to another file of ours.
        if not _is_ours(handle):
            self._close()
            raise BadDestination(path=str(self.path), reason="something else lies there; remove it")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        # Nothing came: leave nothing.
        with contextlib.suppress(OSError):
            if self.path.stat().st_size == 0:
                self.path.unlink()

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def check_free(destination: Path, *, force: bool) -> None:
    """FileExists if something is there, also a symbolic link to nowhere; BadDestination if it is a folder."""
    if destination.is_dir() and not destination.is_symlink():
        raise BadDestination(path=str(destination), reason="it is a folder")
    if not force and os.path.lexists(destination):
        raise FileExists(path=str(destination))


def _is_ours(handle: int) -> bool:
    found = os.fstat(handle)
    own = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and own
