"""A chunked attachment: up to 10 MiB in sealed chunks of 81,920 bytes, and the frame in which each travels.

    0x01 ‖ file_id (16 bytes) ‖ u32 index ‖ u32 total ‖ sealed bytes        (`kez-file-chunk-v1`, big-endian)

Whoever holds the pointer message has the file's key and derives from it the token that fetches the file; the server
learns the token's digest beforehand, and the token when it is used, never the key.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kezproto.digests import digest_of
from kezproto.errors import Malformed
from kezproto.file_announcement import chunk_count
from kezproto.payloads import CHUNK_BYTES, MAX_ATTACHMENT_BYTES, MAX_CHUNKS
from kezproto.stream import ID_BYTES, KEY_BYTES, TAG_BYTES, open_chunk, seal_chunk

CHUNK_FRAME_VERSION = b"\x01"
CHUNK_HEADER_BYTES = 1 + ID_BYTES + 4 + 4
MAX_SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
MAX_CHUNK_FRAME_BYTES = CHUNK_HEADER_BYTES + MAX_SEALED_CHUNK_BYTES
TOKEN_BYTES = 32
_TOKEN_INFO = b"kez/file/access"


@dataclass(frozen=True, slots=True)
class ChunkFrame:
    """One chunk on its way. `file_id` is 32 hex digits; nothing in it is authenticated before it is opened."""

    file_id: str
    index: int
    total: int
    sealed: bytes


def access_token(file_key: bytes) -> bytes:
    """The 32 bytes that fetch the file: HKDF-SHA256 (RFC 5869) of its key, without salt."""
    if len(file_key) != KEY_BYTES:
        raise Malformed("A file's key has 32 bytes.")
    return HKDF(algorithm=SHA256(), length=TOKEN_BYTES, salt=None, info=_TOKEN_INFO).derive(file_key)


def access_digest(token: bytes) -> str:
    """What the announcement says of the token: its BLAKE3."""
    return digest_of(token)


def token_fits(token: bytes, access: str) -> bool:
    """Whether this token is the one that was announced; takes equally long for every wrong one."""
    return len(token) == TOKEN_BYTES and hmac.compare_digest(access_digest(token), access)


def seal_file_chunk(data: bytes, *, file_key: bytes, file_id: str, index: int, total: int) -> bytes:
    """The sealed chunk `index` of a file, from its 81,920 bytes (the last chunk: 1 to so many).

    Malformed for any other length, or a place that no chunk has.
    """
    _check_place(index, total, len(data))
    return seal_chunk(data, key=file_key, file_id=_id_bytes(file_id), index=index, total=total)


def sealed_chunks(data: bytes, *, file_key: bytes, file_id: str) -> Iterator[bytes]:
    """All sealed chunks of a file of 1 byte to 10 MiB, in order. The digest of an attachment is over these."""
    total = _chunks_of(len(data))
    for index in range(total):
        plaintext = data[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES]
        yield seal_file_chunk(plaintext, file_key=file_key, file_id=file_id, index=index, total=total)


def open_file_chunk(sealed: bytes, *, file_key: bytes, file_id: str, index: int, total: int) -> bytes:
    """The plaintext of one chunk; CannotDecrypt for anything else than exactly this chunk."""
    return open_chunk(sealed, key=file_key, file_id=_id_bytes(file_id), index=index, total=total)


def sealed_size(size: int) -> int:
    """How many bytes the sealed chunks of a file of `size` bytes (1 to 10 MiB, else Malformed) have together."""
    return size + TAG_BYTES * _chunks_of(size)


def sealed_chunk_size(size: int, index: int) -> int:
    """How many bytes the sealed chunk `index` of a file of `size` bytes has. Malformed where there is none."""
    total = _chunks_of(size)
    if not 0 <= index < total:
        raise Malformed(f"A file of {size} bytes has {total} chunks, numbered from 0.")
    return min(CHUNK_BYTES, size - index * CHUNK_BYTES) + TAG_BYTES


def chunk_frame(file_id: str, index: int, total: int, sealed: bytes) -> bytes:
    """The frame to publish. Malformed if `parse_chunk_frame` would refuse it."""
    _check_place(index, total, len(sealed) - TAG_BYTES)
    header = CHUNK_FRAME_VERSION + _id_bytes(file_id) + index.to_bytes(4, "big") + total.to_bytes(4, "big")
    return header + sealed


def parse_chunk_frame(data: bytes) -> ChunkFrame:
    """Read a frame: Malformed unless version, index, total and the length of the sealed bytes can be true."""
    if data[:1] != CHUNK_FRAME_VERSION:
        raise Malformed("This is no chunk of a file, or one of a newer version.")
    if len(data) <= CHUNK_HEADER_BYTES + TAG_BYTES:
        raise Malformed("This chunk was cut short.")
    index = int.from_bytes(data[17:21], "big")
    total = int.from_bytes(data[21:25], "big")
    _check_place(index, total, len(data) - CHUNK_HEADER_BYTES - TAG_BYTES)
    return ChunkFrame(data[1:17].hex(), index, total, data[CHUNK_HEADER_BYTES:])


def _check_place(index: int, total: int, length: int) -> None:
    """Malformed unless there can be such a chunk, with `length` bytes in it."""
    if not 0 <= index < total <= MAX_CHUNKS:
        raise Malformed(f"A file has 1 to {MAX_CHUNKS} chunks, numbered from 0.")
    if not 1 <= length <= CHUNK_BYTES or (index < total - 1 and length != CHUNK_BYTES):
        raise Malformed("This chunk does not have the size of a chunk.")


def _chunks_of(size: int) -> int:
    if not 1 <= size <= MAX_ATTACHMENT_BYTES:
        raise Malformed(f"A file in chunks has 1 to {MAX_ATTACHMENT_BYTES} bytes.")
    return chunk_count(size)


def _id_bytes(file_id: str) -> bytes:
    try:
        raw = bytes.fromhex(file_id)
    except ValueError as error:
        raise Malformed("A file's id is 32 lower-case hex digits.") from error
    if len(raw) != ID_BYTES or raw.hex() != file_id:
        raise Malformed("A file's id is 32 lower-case hex digits.")
    return raw
