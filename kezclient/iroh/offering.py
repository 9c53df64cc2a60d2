"""Making a share of a file or folder: read once for its manifests, under fresh keys; nothing of it is copied."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kezclient.iroh.faults import ChangedSince
from kezclient.iroh.sealed_file import manifest_of
from kezclient.iroh.service import THREADS
from kezclient.store.shares import NewBlob
from kezproto.blob_folder import FolderFile, FolderListing, folder_file_key
from kezproto.blobs import content_id, encode_manifest
from kezproto.stream import ID_BYTES, KEY_BYTES
from kezproto.tickets import Ticket, TicketKind

if TYPE_CHECKING:
    from kezclient.iroh.iroh_node import Whereabouts
    from kezclient.sharing.folders import FolderScan


@dataclass(frozen=True, slots=True)
class Offer:
    """A share that is not written down yet; the first blob is what its ticket names."""

    kind: TicketKind
    key: bytes = field(repr=False)
    size: int
    path: Path
    blobs: tuple[NewBlob, ...]

    @property
    def content(self) -> str:
        return self.blobs[0].content

    def ticket(self, where: Whereabouts) -> str:
        ticket = Ticket(where.node, self.content, self.key, self.kind, where.addresses, where.relay)
        return ticket.encode()


def offer_file(path: Path, on_progress: Callable[[int], None]) -> Offer:
    """`on_progress` gets the number of bytes read. ChangedSince or OSError if the file cannot be read as it is."""
    key = secrets.token_bytes(KEY_BYTES)
    with ThreadPoolExecutor(THREADS) as executor:
        blob, size = asyncio.run(_blob(path, key, executor, on_progress))
    return Offer("file", key, size, path, (blob,))


def offer_folder(scan: FolderScan, on_progress: Callable[[int], None]) -> Offer:
    """As `offer_file`, for everything in the folder; what is added to it later is not shared."""
    key = secrets.token_bytes(KEY_BYTES)
    with ThreadPoolExecutor(THREADS) as executor:
        blobs, size = asyncio.run(_folder_blobs(scan, key, executor, on_progress))
    return Offer("folder", key, size, scan.root, blobs)


async def _folder_blobs(
    scan: FolderScan, key: bytes, executor: Executor, on_progress: Callable[[int], None]
) -> tuple[tuple[NewBlob, ...], int]:
    blobs: list[NewBlob] = []
    files: list[FolderFile] = []
    before = 0
    for number, found in enumerate(scan.files):

        def progress(done: int, before: int = before) -> None:
            on_progress(before + done)

        blob, size = await _blob(
            found.path, folder_file_key(key, number), executor, progress, number=number, below=found.relative
        )
        blobs.append(blob)
        files.append(FolderFile(found.relative, size, blob.content))
        before += size
    listing = FolderListing(tuple(files), scan.empty)
    data = listing.encode()
    own, _size = await _blob(data, key, executor, lambda _done: None)
    return (own, *blobs), listing.size


async def _blob(
    source: Path | bytes,
    key: bytes,
    executor: Executor,
    on_progress: Callable[[int], None],
    *,
    number: int | None = None,
    below: str = "",
) -> tuple[NewBlob, int]:
    """The blob and its size. A file that is empty now and then is read like any other."""
    try:
        manifest = await manifest_of(
            source,
            key=key,
            blob_id=secrets.token_bytes(ID_BYTES),
            executor=executor,
            on_progress=on_progress,
        )
    except ChangedSince as error:
        raise ChangedSince(f"{below}: {error}" if below else str(error)) from error
    encoded = encode_manifest(manifest)
    data = source if isinstance(source, bytes) else None
    return NewBlob(content_id(encoded), encoded, number, below, data), manifest.size
