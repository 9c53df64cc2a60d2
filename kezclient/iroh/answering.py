"""Answering one request: who may have what, and the sealed chunks of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from contextlib import aclosing, closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from kezclient.iroh.faults import ChangedSince, IrohFault, TakenBack, Unreachable
from kezclient.iroh.iroh_node import is_relayed, person_key
from kezclient.iroh.lane_work import Sending
from kezclient.iroh.pipeline import ahead
from kezclient.iroh.sealed_file import PromisedFile
from kezclient.iroh.transfers import NoWatcher, Transfer
from kezclient.iroh.turns import work_through
from kezclient.iroh.watching import Patience, Watch, step
from kezproto.blob_wire import (
    REQUEST_BYTES,
    BlobRequest,
    RequestKind,
    Status,
    manifest_frame,
    parse_request,
)
from kezproto.blobs import BLOB_CHUNK_BYTES, parse_manifest
from kezproto.errors import Malformed

if TYPE_CHECKING:
    import iroh

    from kezclient.iroh.lane import LaneDoor, LaneSocket
    from kezclient.iroh.transfers import Watcher
    from kezclient.store.shares import BlobToServe, ShareTable
    from kezproto.blobs import BlobManifest
    from kezproto.keys import Primary

REQUEST_PATIENCE = Patience(stall=10.0)

_OK = bytes([Status.OK])

LaneRule = Callable[["iroh.Connection"], "LaneDoor | None"]


@dataclass(slots=True)
class Answerer:
    """`note_fetched(share_id, reader)` writes down that a reader has all of a share, and says whether that is news.
    `lanes` opens the door of a lane for a reader who may have one; without it nobody has.
    """

    shares: ShareTable
    own: Primary
    note_fetched: Callable[[int, Primary], bool]
    executor: Executor
    watcher: Watcher = field(default_factory=NoWatcher)
    patience: Patience = field(default_factory=Patience)
    lanes: LaneRule | None = None
    _under_way: Counter[int] = field(default_factory=Counter)

    def is_busy_with(self, connection: iroh.Connection) -> bool:
        """Whether a request of this connection is being answered."""
        return self._under_way[connection.stable_id()] > 0

    async def answer(
        self, connection: iroh.Connection, stream: iroh.BiStream, persons: frozenset[Primary], *, busy: bool
    ) -> None:
        """Read the request and answer it. Whatever goes wrong ends this stream, and nothing else."""
        number = connection.stable_id()
        self._under_way[number] += 1
        try:
            await self._answer(connection, stream, persons, busy=busy)
        except IrohFault:
            return
        finally:
            self._under_way[number] -= 1
            if not self._under_way[number]:
                del self._under_way[number]

    async def _answer(
        self, connection: iroh.Connection, stream: iroh.BiStream, persons: frozenset[Primary], *, busy: bool
    ) -> None:
        data = await step(connection, stream.recv().read_exact(REQUEST_BYTES), REQUEST_PATIENCE)
        try:
            request = parse_request(data)
        except Malformed:
            await self._refuse(connection, stream, persons, Status.BAD_REQUEST)
            return
        blob, reader, status = self._decide(request, persons)
        if status is not Status.OK or blob is None or reader is None:
            await self._refuse(connection, stream, persons, status)
        elif request.kind is RequestKind.HAVE:
            await self._note_have(connection, stream, blob, persons)
        elif busy:
            await self._refuse(connection, stream, persons, Status.BUSY)
        else:
            await self._send_blob(connection, stream.send(), blob, reader, request)

    def _decide(
        self, request: BlobRequest, persons: frozenset[Primary]
    ) -> tuple[BlobToServe | None, Primary | None, Status]:
        """What a stranger asks for, what was shared with others, and what there never was look the same."""
        blob = self.shares.blob(request.content)
        if blob is None:
            return None, None, Status.NOT_YOURS
        readers = [each for each in persons if each == self.own or self.shares.may_read(blob.share.id, each)]
        if not readers:
            return None, None, Status.NOT_YOURS
        if blob.share.unshared_at is not None:
            return None, None, Status.GONE
        return blob, readers[0], Status.OK

    async def _refuse(
        self,
        connection: iroh.Connection,
        stream: iroh.BiStream,
        persons: frozenset[Primary],
        status: Status,
    ) -> None:
        self.watcher.refused(person_key(connection), next(iter(persons), None), status)
        await self._finish(connection, stream.send(), status)

    async def _note_have(
        self,
        connection: iroh.Connection,
        stream: iroh.BiStream,
        blob: BlobToServe,
        persons: frozenset[Primary],
    ) -> None:
        if blob.is_whole_share:
            for person in persons:
                if self.note_fetched(blob.share.id, person):
                    self.watcher.fetched(blob.share, person)
        await self._finish(connection, stream.send(), Status.OK)

    async def _send_blob(
        self,
        connection: iroh.Connection,
        send: iroh.SendStream,
        blob: BlobToServe,
        reader: Primary,
        request: BlobRequest,
    ) -> None:
        manifest, first = parse_manifest(blob.manifest), request.first
        await step(connection, send.write_all(manifest_frame(blob.manifest)), self.patience)
        if first >= manifest.chunks:
            await step(connection, send.finish(), self.patience)
            return
        transfer = Transfer(
            reader=reader,
            blob=blob,
            size=manifest.size,
            first_byte=first * BLOB_CHUNK_BYTES,
            is_relayed=partial(is_relayed, connection),
        )
        if request.kind is RequestKind.GET:
            end = await self._watched(
                transfer, self._send_chunks(connection, send, manifest, transfer, first)
            )
            if end is not Status.OK:
                await self._finish(connection, send, end)
            return
        door = self.lanes(connection) if self.lanes is not None else None
        if door is None:
            await self._finish(connection, send, Status.NO_LANE)
            return
        with closing(door):
            await step(connection, send.write_all(_OK + door.offer.encode()), self.patience)
            await step(connection, send.finish(), self.patience)
            with await door.entered() as lane:
                # How it ends is said on the connection, where the reader asks again.
                await self._watched(transfer, self._send_by_lane(connection, lane, manifest, transfer, first))

    async def _watched(self, transfer: Transfer, sending: Coroutine[Any, Any, None]) -> Status:
        """What the reader is to hear at the end: OK, and nothing more, if all was sent or nobody hears it."""
        self.watcher.began(transfer)
        problem: str | None = "it was cut off"
        try:
            await sending
            problem = None
        except ChangedSince as error:
            problem = f"the file was changed, moved or removed since it was shared ({error})"
            return Status.CHANGED
        except TakenBack as error:
            problem = str(error)
            return Status.GONE
        except Unreachable as error:
            problem = str(error)
        finally:
            self.watcher.ended(transfer, problem)
        return Status.OK

    async def _send_chunks(
        self,
        connection: iroh.Connection,
        send: iroh.SendStream,
        manifest: BlobManifest,
        transfer: Transfer,
        first: int,
    ) -> None:
        numbers = range(first, manifest.chunks)
        with _promised(transfer.blob, manifest) as file:
            async with aclosing(ahead(self.executor, file.sealed, numbers)) as chunks:
                async for sealed in chunks:
                    self._check_served(transfer)
                    await step(connection, send.write_all(_OK + sealed), self.patience)
                    self._note(transfer, BLOB_CHUNK_BYTES)
        await step(connection, send.finish(), self.patience)

    async def _send_by_lane(
        self,
        connection: iroh.Connection,
        lane: LaneSocket,
        manifest: BlobManifest,
        transfer: Transfer,
        first: int,
    ) -> None:
        lane.be_for_threads()
        with _promised(transfer.blob, manifest) as file:
            sending = Sending(lane, file, first)

            def look(count: int) -> None:
                self._note(transfer, count)
                self._check_served(transfer)
                sending.seen(first + transfer.sent // BLOB_CHUNK_BYTES)

            await work_through(sending, range(first, manifest.chunks), Watch(connection, self.patience), look)

    def _note(self, transfer: Transfer, count: int) -> None:
        transfer.sent = min(transfer.sent + count, transfer.size - transfer.first_byte)
        self.watcher.moved(transfer)

    def _check_served(self, transfer: Transfer) -> None:
        if not self.shares.is_served(transfer.blob.share.id):
            raise TakenBack("it is no longer shared")

    async def _finish(self, connection: iroh.Connection, send: iroh.SendStream, status: Status) -> None:
        await step(connection, send.write_all(bytes([status])), self.patience)
        await step(connection, send.finish(), self.patience)


def _promised(blob: BlobToServe, manifest: BlobManifest) -> PromisedFile:
    try:
        return PromisedFile(blob.source, key=blob.key, manifest=manifest)
    except OSError as error:
        raise ChangedSince(error.strerror or str(error)) from error
