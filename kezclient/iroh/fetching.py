"""One blob from somebody's node into a file: each chunk is compared with its hash before it is opened and written."""

from __future__ import annotations

import asyncio
import mmap
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kezclient.iroh.asking import Answer, ask_for, ask_for_lane, ask_for_manifest
from kezclient.iroh.faults import ChangedSince, IrohFault, Lied, Refused
from kezclient.iroh.lane import LEAST_CHUNKS, enter, neighbours
from kezclient.iroh.lane_work import Taking
from kezclient.iroh.opening import open_into
from kezclient.iroh.pipeline import DEPTH, ahead
from kezclient.iroh.sealed_file import PromisedFile
from kezclient.iroh.turns import work_through
from kezclient.iroh.watching import Patience, Watch
from kezproto.blob_wire import Status
from kezproto.blobs import BLOB_CHUNK_BYTES, blob_chunk_count
from kezproto.stream import TAG_BYTES

if TYPE_CHECKING:
    import iroh

    from kezproto.blobs import BlobManifest


def nothing(_count: int) -> None:
    """For those who do not look."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A blob by its content id, the key that opens it, and its size: the very size, or the largest that is taken."""

    content: str
    key: bytes = field(repr=False)
    size: int
    exactly: bool = True


@dataclass(slots=True)
class BlobFetcher:
    """For one connection. `writer` is an executor with a single thread, so that what is written stays in order;
    `checkers` has several. `received` counts the bytes of files that came. `lane`: whether to ask for one, where the
    other node is in the same network."""

    connection: iroh.Connection
    writer: Executor
    checkers: Executor
    patience: Patience = field(default_factory=Patience)
    received: int = 0
    lane: bool = True

    async def whole_chunks(self, wanted: Wanted, part: Path, part_size: int) -> int:
        """How many chunks at the beginning of a part from an earlier try are the promised ones.

        They were right when they were written; sealed again and compared, they are right still, after a power cut too.
        """
        there = (
            -(-part_size // BLOB_CHUNK_BYTES) if part_size == wanted.size else part_size // BLOB_CHUNK_BYTES
        )
        if there == 0:
            return 0
        manifest = self._checked(
            wanted, await ask_for_manifest(self.connection, wanted.content, self.patience)
        )
        return await whole_chunks(part, there, wanted.key, manifest, self.checkers)

    async def receive(
        self,
        wanted: Wanted,
        first: int,
        write: Callable[[memoryview], object],
        on_chunk: Callable[[int], None] = nothing,
    ) -> None:
        """Write all chunks from `first` on. Lied at the first that is not the promised one: it is not written.

        `on_chunk` is called after each, with the number of its bytes.
        """
        by_lane = await self._receive_by_lane(wanted, first, write, on_chunk)
        first += by_lane
        if by_lane and first == blob_chunk_count(wanted.size):
            return
        answer = await ask_for(self.connection, wanted.content, first, self.patience)
        manifest = self._checked(wanted, answer.manifest)
        await self._write_all(answer, _Taking(wanted.key, manifest, write), on_chunk)

    async def _receive_by_lane(
        self,
        wanted: Wanted,
        first: int,
        write: Callable[[memoryview], object],
        on_chunk: Callable[[int], None],
    ) -> int:
        """How many chunks came beside the connection: none, if there is no lane. Where one fails, the rest comes on
        the connection, which alone can show who is to blame."""
        chunks = blob_chunk_count(wanted.size)
        if not self.lane or not wanted.exactly or chunks - first < LEAST_CHUNKS:
            return 0
        node = neighbours(self.connection)
        if not node:
            return 0

        def note(size: int) -> None:
            self.received += size
            on_chunk(size)

        try:
            manifest, offer = await ask_for_lane(self.connection, wanted.content, first, self.patience)
        except Refused as refusal:
            if refusal.status not in (Status.NO_LANE, Status.BAD_REQUEST):
                raise
            self.lane = False
            return 0
        self._checked(wanted, manifest)
        taken = 0
        try:
            with await enter(node, offer) as lane:
                lane.be_for_threads()
                taking = Taking(lane, wanted.key, manifest, first, write)
                watch = Watch(self.connection, self.patience)
                try:
                    await work_through(taking, range(first, chunks), watch, note)
                finally:
                    taken = taking.taken
        except IrohFault:
            self.lane = False
        return taken

    async def _write_all(self, answer: Answer, taking: _Taking, on_chunk: Callable[[int], None]) -> None:
        begun: deque[Future[int]] = deque()

        async def note_first() -> None:
            size = await asyncio.wrap_future(begun.popleft())
            self.received += size
            on_chunk(size)

        try:
            async with aclosing(answer.chunks()) as chunks:
                async for index, sealed in chunks:
                    begun.append(self.writer.submit(taking.take, index, sealed))
                    while len(begun) >= DEPTH or (begun and begun[0].done()):
                        await note_first()
            while begun:
                await note_first()
        finally:
            # What has come is kept, also when the rest does not.
            for size in await asyncio.gather(*map(asyncio.wrap_future, begun), return_exceptions=True):
                if isinstance(size, int):
                    self.received += size
                    on_chunk(size)

    def _checked(self, wanted: Wanted, manifest: BlobManifest) -> BlobManifest:
        if manifest.size > wanted.size or (wanted.exactly and manifest.size < wanted.size):
            raise Lied(f"it has {manifest.size} bytes, not {wanted.size}")
        return manifest


@dataclass(slots=True)
class _Taking:
    """Opens and writes chunks in their order, by one thread: after one that failed none is written."""

    key: bytes
    manifest: BlobManifest
    write: Callable[[memoryview], object]
    failed: bool = False
    _room: mmap.mmap = field(default_factory=lambda: mmap.mmap(-1, BLOB_CHUNK_BYTES))

    def take(self, index: int, sealed: bytes) -> int:
        if self.failed:
            raise Lied("a part before this one was refused")
        self.failed = True
        plain = memoryview(self._room)[: len(sealed) - TAG_BYTES]
        open_into(plain, memoryview(sealed), self.key, self.manifest, index)
        self.write(plain)
        self.failed = False
        return len(plain)


async def whole_chunks(part: Path, there: int, key: bytes, manifest: BlobManifest, executor: Executor) -> int:
    """How many of the first `there` chunks of a file are those of the manifest."""
    count = 0
    with PromisedFile(part, key=key, manifest=manifest) as file:

        def is_right(index: int) -> bool:
            try:
                file.sealed(index)
            except ChangedSince:
                return False
            return True

        async with aclosing(ahead(executor, is_right, range(min(there, manifest.chunks)))) as results:
            async for right in results:
                if not right:
                    break
                count += 1
    return count
