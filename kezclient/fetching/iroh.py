"""Files and folders that their owner's machine serves by Iroh: fetched as soon as it is online, and gone on with."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock

from kezclient.fetching.part_file import PartFile
from kezclient.fetching.waiting import Waiting
from kezclient.file_errors import (
    ChangedAtSender,
    FileChanged,
    IrohUnavailable,
    NoLongerShared,
    NotSharedWithYou,
    OwnShare,
)
from kezclient.iroh.asking import say_have
from kezclient.iroh.faults import CannotBind, IrohFault, Lied, Refused, Unreachable
from kezclient.iroh.fetching import BlobFetcher, Wanted
from kezclient.iroh.file_target import FileTarget
from kezclient.iroh.folder_target import FolderTarget
from kezclient.iroh.iroh_node import bound, is_relayed
from kezclient.iroh.node_keys import settle_fetching_key
from kezclient.iroh.service import THREADS
from kezclient.iroh.standing import serving_lock
from kezclient.sizes import size_in_words
from kezproto.blob_wire import Status
from kezproto.errors import ProtocolError
from kezproto.tickets import parse_ticket

if TYPE_CHECKING:
    from pathlib import Path

    from kezclient.errors import ClientError
    from kezclient.fetching.request import FetchRequest
    from kezclient.iroh.iroh_node import IrohNode
    from kezproto.keys import SigningKey
    from kezproto.tickets import Ticket

# A connection may move from a relay to a direct path while it lasts.
LOOK_SECONDS = 0.5


def fetch_iroh(request: FetchRequest) -> Path:
    """Fetch it from the node that its ticket names; a folder keeps its tree."""
    runtime = request.runtime
    ticket = _ticket(request)
    with serving_lock(runtime.folders.serve_lock) as held:
        is_serving = not held
    key = settle_fetching_key(runtime, is_serving=is_serving)
    _refuse_own(request, ticket, key)
    with FileLock(runtime.folders.fetch_lock(request.shared.ref), mode=0o600, is_singleton=False):
        try:
            return asyncio.run(_Fetch(request, ticket, key).run())
        except CannotBind as error:
            raise IrohUnavailable(reason=str(error)) from error


@dataclass(slots=True)
class _Fetch:
    request: FetchRequest
    ticket: Ticket
    key: SigningKey
    done: int = 0
    fetcher: BlobFetcher | None = None
    relayed: bool = False
    looked_at: float = 0.0
    began: float = 0.0

    async def run(self) -> Path:
        with (
            ThreadPoolExecutor(1) as writer,
            ThreadPoolExecutor(THREADS) as checkers,
            self._target() as target,
        ):
            async with bound(self.key, self.request.runtime.settings.iroh) as node:
                waiting = Waiting(
                    self.request, by_other_key=self.key.primary != self.request.runtime.profile.primary
                )
                while True:
                    before = self.done
                    try:
                        path = await self._try(node, target, writer, checkers)
                    except (Unreachable, Refused) as fault:
                        final = self._final(fault)
                        if final is not None and not waiting.may_hope(fault):
                            raise final from fault
                        await waiting.pause(fault, got_on=self.done > before)
                    except Lied as fault:
                        raise FileChanged(name=self._name, reason=f"{fault}.") from fault
                    else:
                        self._report(target)
                        return path

    async def _try(
        self,
        node: IrohNode,
        target: FileTarget | FolderTarget,
        writer: ThreadPoolExecutor,
        checkers: ThreadPoolExecutor,
    ) -> Path:
        self.request.progress.say(f"{self._name}: looking for the machine that has it")
        connection = await node.connect(self.ticket)
        self.began = time.monotonic()
        settings = self.request.runtime.settings.iroh
        self.fetcher = BlobFetcher(connection, writer, checkers, lane=settings.lane)
        try:
            path = await target.fetch(self.fetcher)
            # Only the owner's own list depends on it.
            with contextlib.suppress(IrohFault):
                await say_have(connection, self.ticket.content, self.fetcher.patience)
            return path
        finally:
            connection.close(0, b"")

    @contextlib.contextmanager
    def _target(self) -> Iterator[FileTarget | FolderTarget]:
        request, file = self.request, self.request.shared.file
        if self.ticket.kind == "folder":
            yield FolderTarget(
                request.destination, request.shared.ref, self.ticket, file.size, self._progress
            )
            return
        with PartFile(request.destination, request.shared.ref, force=request.force) as part:
            yield FileTarget(part, Wanted(self.ticket.content, self.ticket.key, file.size), self._progress)

    def _progress(self, done: int) -> None:
        self.done = done
        now = time.monotonic()
        if self.fetcher is not None and now - self.looked_at > LOOK_SECONDS:
            self.looked_at, self.relayed = now, is_relayed(self.fetcher.connection)
        way = "relayed" if self.relayed else "direct"
        self.request.progress.show(f"{self._name} ({way})", done, self.request.shared.file.size)

    def _final(self, fault: Unreachable | Refused) -> ClientError | None:
        """What no waiting changes; None for what may pass."""
        handle = self.request.owner
        if not isinstance(fault, Refused):
            return None
        if fault.status is Status.NOT_YOURS:
            return NotSharedWithYou(name=self._name, handle=handle)
        if fault.status is Status.GONE:
            return NoLongerShared(name=self._name, handle=handle)
        if fault.status is Status.CHANGED:
            return ChangedAtSender(name=self._name, handle=handle)
        if fault.status is Status.BAD_REQUEST:
            return FileChanged(name=self._name, reason="the other machine does not understand the request.")
        return None

    def _report(self, target: FileTarget | FolderTarget) -> None:
        run = self.request.runtime.run
        received = self.fetcher.received if self.fetcher is not None else 0
        rate = size_in_words(int(received / max(time.monotonic() - self.began, 1e-3)))
        run.note(f"{self._name} came {'by a relay' if self.relayed else 'directly'}, {rate} a second.")
        if isinstance(target, FolderTarget) and target.renamed:
            run.note(f"{target.renamed} of its names were changed to safe ones.")

    @property
    def _name(self) -> str:
        return self.request.shared.file.filename


def _ticket(request: FetchRequest) -> Ticket:
    file = request.shared.file
    try:
        ticket = parse_ticket(file.ticket or "")
    except ProtocolError as error:
        raise FileChanged(name=file.filename, reason=f"its ticket is refused: {error}") from error
    if ticket.content != file.digest:
        raise FileChanged(name=file.filename, reason="its ticket is for another content.")
    return ticket


def _refuse_own(request: FetchRequest, ticket: Ticket, key: SigningKey) -> None:
    offered = request.shared.offered
    if offered is not None or ticket.node == key.primary:
        path = str(offered.share.path) if offered is not None else "the place that it was shared from"
        raise OwnShare(name=request.shared.file.filename, path=path)
