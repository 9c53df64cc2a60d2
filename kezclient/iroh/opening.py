"""A sealed chunk that came from a node, whoever sent it: nothing of it is used unless it is the promised one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient.iroh.faults import Lied
from kezproto.blobs import hash_of_chunk
from kezproto.errors import CannotDecrypt
from kezproto.stream import open_chunk_into

if TYPE_CHECKING:
    from kezproto.blobs import BlobManifest


def open_into(plain: memoryview, sealed: memoryview, key: bytes, manifest: BlobManifest, index: int) -> None:
    """The chunk's bytes of the file, into memory of just their size. Lied unless it is the promised chunk."""
    if hash_of_chunk(sealed) != manifest.hashes[index]:
        raise Lied(f"part {index + 1} of {manifest.chunks} is not the one that was promised")
    try:
        open_chunk_into(plain, sealed, key=key, file_id=manifest.blob_id, index=index, total=manifest.chunks)
    except CannotDecrypt as error:
        raise Lied(f"part {index + 1} of {manifest.chunks} is sealed under another key") from error
