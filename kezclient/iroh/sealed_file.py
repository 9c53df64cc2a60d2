"""Files of ours, sealed chunk by chunk when they are asked for: nothing sealed is ever stored."""

from __future__ import annotations

import errno
import io
import os
import stat
import threading
from concurrent.futures import Executor
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from kezclient.iroh.faults import ChangedSince
from kezclient.iroh.pipeline import ahead
from kezproto.blobs import BLOB_CHUNK_BYTES, BlobManifest, blob_chunk_count, hash_of_chunk
from kezproto.stream import TAG_BYTES, seal_chunk, seal_chunk_into

if TYPE_CHECKING:
    from collections.abc import Callable


class SealedFile:
    """Use it as a context manager; its methods may be called by several threads at once.

    `source` is a path, or the bytes themselves. OSError where there is no file that can be opened.
    """

    def __init__(self, source: Path | bytes, *, key: bytes, blob_id: bytes, size: int | None = None) -> None:
        self._stream: io.FileIO | io.BytesIO = (
            io.BytesIO(source) if isinstance(source, bytes) else _opened(source)
        )
        self._lock = threading.Lock()
        self._key, self._blob_id = key, blob_id
        self._began = None if isinstance(source, bytes) else os.fstat(self._stream.fileno())
        found = len(source) if isinstance(source, bytes) else os.fstat(self._stream.fileno()).st_size
        self.size = found if size is None else size
        self.chunks = blob_chunk_count(self.size)

    def sealed(self, index: int) -> bytes:
        """The sealed chunk. ChangedSince if the file ends too early."""
        plain = memoryview(bytearray(self._plain_size(index)))
        self._read(index, plain)
        return seal_chunk(plain, key=self._key, file_id=self._blob_id, index=index, total=self.chunks)

    def seal_into(self, room: memoryview, plain: memoryview, index: int) -> memoryview:
        """The sealed chunk, at the beginning of `room`. Errors as `sealed`. Each has room for the largest chunk."""
        size = self._plain_size(index)
        plain, sealed = plain[:size], room[: size + TAG_BYTES]
        self._read(index, plain)
        seal_chunk_into(sealed, plain, key=self._key, file_id=self._blob_id, index=index, total=self.chunks)
        return sealed

    def _plain_size(self, index: int) -> int:
        return min(BLOB_CHUNK_BYTES, self.size - index * BLOB_CHUNK_BYTES)

    def _read(self, index: int, room: memoryview) -> None:
        try:
            with self._lock:
                self._stream.seek(index * BLOB_CHUNK_BYTES)
                while room and (count := self._stream.readinto(room)):
                    room = room[count:]
        except OSError as error:
            raise ChangedSince(error.strerror or str(error)) from error
        if room:
            raise ChangedSince("it is shorter than it was")

    def is_as_opened(self) -> bool:
        """Whether nobody seems to have written to the file since it was opened."""
        if self._began is None:
            return True
        now = os.fstat(self._stream.fileno())
        return (now.st_size, now.st_mtime_ns) == (self._began.st_size, self._began.st_mtime_ns)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def _opened(path: Path) -> io.FileIO:
    """A pipe that took the file's place would be waited for."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileNotFoundError(errno.ENOENT, "it is no regular file", str(path))
    return os.fdopen(handle, "rb", buffering=0)


class PromisedFile(SealedFile):
    """A file that was shared: it gives out the chunks of its manifest, and no others."""

    def __init__(self, source: Path | bytes, *, key: bytes, manifest: BlobManifest) -> None:
        super().__init__(source, key=key, blob_id=manifest.blob_id, size=manifest.size)
        self._hashes = manifest.hashes

    def sealed(self, index: int) -> bytes:
        """The sealed chunk that was promised. ChangedSince if the file would give another one: sent out, it would
        have two texts sealed under one nonce."""
        chunk = super().sealed(index)
        self._compare(chunk, index)
        return chunk

    def seal_into(self, room: memoryview, plain: memoryview, index: int) -> memoryview:
        chunk = super().seal_into(room, plain, index)
        self._compare(chunk, index)
        return chunk

    def _compare(self, chunk: bytes | memoryview, index: int) -> None:
        if hash_of_chunk(chunk) != self._hashes[index]:
            raise ChangedSince("its content is another one")


async def manifest_of(
    source: Path | bytes,
    *,
    key: bytes,
    blob_id: bytes,
    executor: Executor,
    on_progress: Callable[[int], None] = lambda _bytes: None,
) -> BlobManifest:
    """Read the whole file once. ChangedSince if it changes meanwhile, OSError if it cannot be opened.

    `on_progress` is called with the number of bytes read so far.
    """
    with SealedFile(source, key=key, blob_id=blob_id) as file:

        def hashed(index: int) -> bytes:
            return hash_of_chunk(file.sealed(index))

        hashes: list[bytes] = []
        async with aclosing(ahead(executor, hashed, range(file.chunks))) as results:
            async for each in results:
                hashes.append(each)
                on_progress(min(len(hashes) * BLOB_CHUNK_BYTES, file.size))
        if not file.is_as_opened():
            raise ChangedSince("it was written to while it was read")
        return BlobManifest(blob_id, file.size, tuple(hashes))
