"""Sealed chunks on their way into a part: each is opened before it is written, and all are counted into the digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blake3 import blake3

from kezclient.file_errors import FileChanged
from kezproto.digests import DIGEST_PREFIX
from kezproto.errors import CannotDecrypt
from kezproto.file_announcement import chunk_count
from kezproto.file_chunks import open_file_chunk, sealed_chunk_size, sealed_size
from kezproto.payloads import CHUNK_BYTES
from kezproto.stream import seal_chunk

if TYPE_CHECKING:
    from kezclient.fetching.part_file import PartFile
    from kezproto.bodies import FileBody


class ChunkOpening:
    """For one chunked file. `position` counts the sealed bytes that are opened and written."""

    def __init__(self, file: FileBody, part: PartFile) -> None:
        if file.file_id is None or file.file_key is None:
            raise AssertionError("a chunked file has an id and a key")
        self._file = file
        self._file_id = file.file_id
        self._key = file.file_key
        self._part = part
        self._buffer = bytearray()
        self._begin()

    def _begin(self) -> None:
        self._sealed, self._plain = blake3(), blake3()
        self._buffer.clear()
        self._index = 0
        self.position = 0

    @property
    def total(self) -> int:
        return sealed_size(self._file.size)

    @property
    def plain_bytes(self) -> int:
        return min(self._index * CHUNK_BYTES, self._file.size)

    def go_on(self) -> None:
        """Go on after the last whole chunk that an earlier try has written.

        The digest is over sealed chunks, so they are sealed again; what was changed meanwhile shows at the end.
        """
        self._begin()
        chunks = chunk_count(self._file.size)
        whole = (
            chunks if self._part.size == self._file.size else min(self._part.size // CHUNK_BYTES, chunks - 1)
        )
        self._part.stream.seek(0)
        for index in range(whole):
            data = self._part.stream.read(self._plain_size(index))
            sealed = seal_chunk(
                data, key=self._key, file_id=bytes.fromhex(self._file_id), index=index, total=chunks
            )
            self._count(sealed, data)
        self._part.start_at(self.plain_bytes)

    def start_over(self) -> None:
        self._begin()
        self._part.start_at(0)

    def drop_half(self) -> None:
        """Forget the chunk of which only a part has come; the next bytes are those from `position` on."""
        self._buffer.clear()

    def take(self, data: bytes) -> None:
        """The next sealed bytes. FileChanged, and an empty part, if a chunk is not the one that was promised."""
        self._buffer += data
        while self.position < self.total:
            size = sealed_chunk_size(self._file.size, self._index)
            if len(self._buffer) < size:
                return
            sealed = bytes(self._buffer[:size])
            del self._buffer[:size]
            plain = self._opened(sealed)
            self._part.write(plain)
            self._count(sealed, plain)

    def is_right(self) -> bool:
        """Whether everything is there and both digests are those of the message."""
        found = (DIGEST_PREFIX + self._sealed.hexdigest(), DIGEST_PREFIX + self._plain.hexdigest())
        return self.position == self.total and found == (self._file.digest, self._file.plain_digest)

    def _opened(self, sealed: bytes) -> bytes:
        try:
            return open_file_chunk(
                sealed,
                file_key=self._key,
                file_id=self._file_id,
                index=self._index,
                total=chunk_count(self._file.size),
            )
        except CannotDecrypt as error:
            number = self._index + 1
            self.start_over()
            raise FileChanged(name=self._file.filename, reason=f"part {number} was changed.") from error

    def _count(self, sealed: bytes, plain: bytes) -> None:
        self._sealed.update(sealed)
        self._plain.update(plain)
        self.position += len(sealed)
        self._index += 1

    def _plain_size(self, index: int) -> int:
        return min(CHUNK_BYTES, self._file.size - index * CHUNK_BYTES)
