"""`kez-blob/1`: a file of any size, offered by its owner's node in sealed chunks of 1 MiB, each checked by itself.

The manifest lists the BLAKE3 of each sealed chunk, and the content id is a hash of the manifest: who knows the content
id notices the first wrong byte at its chunk, and a broken transfer goes on at the next chunk. Manifest, big-endian:

    0x01 ‖ blob id (16 bytes) ‖ u64 size of the file ‖ u32 number of chunks ‖ 32 bytes for each chunk
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from blake3 import blake3

from kezproto.digests import DIGEST_PREFIX
from kezproto.errors import Malformed
from kezproto.stream import ID_BYTES, TAG_BYTES

BLOB_CHUNK_BYTES = 1024 * 1024
MAX_BLOB_CHUNKS = 2**20  # 1 TiB; its manifest has 32 MiB
HASH_BYTES = 32
MANIFEST_HEADER_BYTES = 1 + ID_BYTES + 8 + 4
MAX_MANIFEST_BYTES = MANIFEST_HEADER_BYTES + MAX_BLOB_CHUNKS * HASH_BYTES
MAX_BLOB_BYTES = MAX_BLOB_CHUNKS * BLOB_CHUNK_BYTES

_VERSION = b"\x01"
_CONTENT_CONTEXT = "kez-chat 2026-11-28 kez-blob/1 content id"


@dataclass(frozen=True, slots=True)
class BlobManifest:
    """`size` counts the file's own bytes; `hashes` are those of its sealed chunks, in order."""

    blob_id: bytes
    size: int
    hashes: tuple[bytes, ...] = field(repr=False)

    @property
    def chunks(self) -> int:
        return len(self.hashes)

    def sealed_chunk_size(self, index: int) -> int:
        """How many bytes the sealed chunk `index` has. Malformed where there is none."""
        if not 0 <= index < self.chunks:
            raise Malformed(f"This file has {self.chunks} chunks, numbered from 0.")
        return min(BLOB_CHUNK_BYTES, self.size - index * BLOB_CHUNK_BYTES) + TAG_BYTES


def blob_chunk_count(size: int) -> int:
    """Into how many chunks a file of `size` bytes is cut; an empty file has one, of nothing."""
    return max(1, -(-size // BLOB_CHUNK_BYTES))


def hash_of_chunk(sealed: bytes | memoryview) -> bytes:
    """The 32 bytes that the manifest holds of a sealed chunk."""
    return blake3(sealed).digest()


def encode_manifest(manifest: BlobManifest) -> bytes:
    """The manifest's bytes. Malformed if `parse_manifest` would refuse them."""
    encoded = b"".join(_parts(manifest))
    parse_manifest(encoded)
    return encoded


def parse_manifest(data: bytes) -> BlobManifest:
    """Read a manifest; its content id is to be compared by the caller. Malformed for anything inconsistent."""
    if data[:1] != _VERSION:
        raise Malformed("This is no manifest of a file, or one of a newer version.")
    if len(data) < MANIFEST_HEADER_BYTES:
        raise Malformed("The manifest was cut short.")
    size = int.from_bytes(data[17:25], "big")
    chunks = int.from_bytes(data[25:29], "big")
    if size > MAX_BLOB_BYTES or chunks != blob_chunk_count(size):
        raise Malformed("The manifest's number of chunks does not fit the size of the file.")
    if len(data) != MANIFEST_HEADER_BYTES + chunks * HASH_BYTES:
        raise Malformed("The manifest does not have the length that it states.")
    hashes = tuple(data[at : at + HASH_BYTES] for at in range(MANIFEST_HEADER_BYTES, len(data), HASH_BYTES))
    return BlobManifest(data[1:17], size, hashes)


def content_id(manifest: bytes) -> str:
    """`blake3:<hex>` of a manifest's bytes, in a derive-key context of its own (BLAKE3 paper, 6.2)."""
    return DIGEST_PREFIX + blake3(manifest, derive_key_context=_CONTENT_CONTEXT).hexdigest()


def _parts(manifest: BlobManifest) -> Iterator[bytes]:
    if len(manifest.blob_id) != ID_BYTES or any(len(each) != HASH_BYTES for each in manifest.hashes):
        raise Malformed("A blob's id has 16 bytes and each hash 32.")
    if not 0 <= manifest.size <= MAX_BLOB_BYTES:
        raise Malformed("The file is larger than a manifest can tell of.")
    yield _VERSION + manifest.blob_id
    yield manifest.size.to_bytes(8, "big") + len(manifest.hashes).to_bytes(4, "big")
    yield from manifest.hashes
