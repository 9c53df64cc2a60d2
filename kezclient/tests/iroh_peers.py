"""Alice serves and others fetch, each by a real node on loopback, without a server."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import iroh

from kezclient.fetching.part_file import PartFile
from kezclient.iroh.answering import Answerer
from kezclient.iroh.faults import Unreachable
from kezclient.iroh.fetching import BlobFetcher, Wanted
from kezclient.iroh.file_target import FileTarget
from kezclient.iroh.iroh_node import IrohNode, bound
from kezclient.iroh.lane import lane_rule
from kezclient.iroh.offering import Offer, offer_file
from kezclient.iroh.people import KnownChain, People
from kezclient.iroh.serving import BlobServer, Limits
from kezclient.iroh.settings import IrohSettings
from kezclient.iroh.transfers import Transfer
from kezclient.iroh.watching import Patience, step
from kezclient.store.shares import Share
from kezclient.store.store import Store
from kezclient.tests.people import NOW
from kezproto.blob_wire import REQUEST_BYTES, BlobRequest, Status, manifest_frame, parse_request
from kezproto.blobs import BLOB_CHUNK_BYTES
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey
from kezproto.tickets import Ticket

LOOPBACK = IrohSettings(host="127.0.0.1")
ALICE, BOB, MALLORY, CAROL = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3, 4))
BOB_HANDLE = Handle("bob", "kez.lat")
QUICK = Patience(silence=0.6, stall=2.0)


@dataclass
class Seen:
    """What a watcher was told."""

    sent: list[Transfer] = field(default_factory=list)
    problems: list[str | None] = field(default_factory=list)
    refusals: list[tuple[Primary, Status]] = field(default_factory=list)
    fetches: list[tuple[str, Primary]] = field(default_factory=list)
    on_move: Callable[[Transfer], None] = lambda _transfer: None

    def began(self, transfer: Transfer) -> None:
        self.sent.append(transfer)

    def moved(self, transfer: Transfer) -> None:
        self.on_move(transfer)

    def ended(self, transfer: Transfer, problem: str | None) -> None:
        self.problems.append(problem)

    def refused(self, node: Primary, reader: Primary | None, status: Status) -> None:
        self.refusals.append((node, status))

    def fetched(self, share: Share, reader: Primary) -> None:
        self.fetches.append((share.name, reader))


@dataclass
class Shelf:
    """Alice's node and her shares. `chains` are pinned ones, by primary."""

    store: Store
    node: IrohNode
    seen: Seen
    chains: dict[Primary, KnownChain]
    refreshed: list[Handle]

    def share(self, offer: Offer, *readers: SigningKey, name: str = "film.mkv") -> Share:
        share = self.store.shares.add(
            key=offer.key,
            kind=offer.kind,
            name=name,
            size=offer.size,
            path=offer.path,
            blobs=offer.blobs,
            now=NOW,
        )
        with self.store.write():
            for reader in readers:
                self.store.shares.add_reader(share.id, reader.primary, BOB_HANDLE)
        return share

    def ticket(self, share: Share) -> Ticket:
        return Ticket(self.node.id, share.content, share.key, share.kind, self.node.whereabouts().addresses)


async def offered(path: Path) -> Offer:
    return await asyncio.to_thread(offer_file, path, lambda _done: None)


@asynccontextmanager
async def shelf(store: Store, limits: Limits | None = None, *, lanes: bool = True) -> AsyncIterator[Shelf]:
    chains: dict[Primary, KnownChain] = {}
    refreshed: list[Handle] = []
    seen = Seen()

    def note_fetched(share_id: int, reader: Primary) -> bool:
        with store.write():
            return store.shares.note_fetched(share_id, reader, NOW)

    people = People(store.shares.all_readers, chains.get, refreshed.extend, timedelta(minutes=10))
    with ThreadPoolExecutor(2) as executor:
        async with bound(ALICE, LOOPBACK) as node:
            rule = lane_rule(LOOPBACK.host) if lanes else None
            answerer = Answerer(store.shares, ALICE.primary, note_fetched, executor, seen, lanes=rule)
            serving = asyncio.create_task(BlobServer(node, people, answerer, limits).run())
            try:
                yield Shelf(store, node, seen, chains, refreshed)
            finally:
                serving.cancel()
                await asyncio.wait({serving})


@asynccontextmanager
async def connected(
    key: SigningKey, ticket: Ticket, patience: Patience | None = None
) -> AsyncIterator[BlobFetcher]:
    """A connection to the node of the ticket, under this key."""
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(2) as checkers:
        async with bound(key, LOOPBACK) as node:
            connection = await node.connect(ticket)
            try:
                yield BlobFetcher(connection, writer, checkers, patience or Patience())
            finally:
                connection.close(0, b"")


async def fetch_file(fetcher: BlobFetcher, ticket: Ticket, size: int, to: Path) -> Path:
    """As the command does it."""
    with PartFile(to, ticket.content.removeprefix("blake3:"), force=False) as part:
        return await FileTarget(part, Wanted(ticket.content, ticket.key, size)).fetch(fetcher)


@asynccontextmanager
async def liar(says: Callable[[BlobRequest], Iterable[bytes]]) -> AsyncIterator[IrohNode]:
    """A node with Alice's key that answers each request with the bytes that `says` gives, and then ends the stream."""
    async with bound(ALICE, LOOPBACK) as node:

        async def answer() -> None:
            while (incoming := await node.endpoint.accept_next()) is not None:
                connection = await (await incoming.accept()).connect()
                try:
                    while True:
                        await _answer(connection, says)
                except (iroh.IrohError, Unreachable):
                    continue

        task = asyncio.create_task(answer())
        try:
            yield node
        finally:
            task.cancel()
            await asyncio.wait({task})


async def _answer(connection: iroh.Connection, says: Callable[[BlobRequest], Iterable[bytes]]) -> None:
    stream = await connection.accept_bi()
    data = await step(connection, stream.recv().read_exact(REQUEST_BYTES), Patience())
    send = stream.send()
    for each in says(parse_request(data)):
        await step(connection, send.write_all(each), Patience())
    await send.finish()


def answer_with(manifest: bytes, *chunks: bytes) -> list[bytes]:
    """The bytes of an answer."""
    return [manifest_frame(manifest), *(bytes([Status.OK]) + chunk for chunk in chunks)]


def random_key() -> bytes:
    return secrets.token_bytes(32)


def film(folder: Path, size: int = 5 * BLOB_CHUNK_BYTES + 17) -> Path:
    path = folder / "film.mkv"
    path.write_bytes(os.urandom(size))
    return path


def found(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))
