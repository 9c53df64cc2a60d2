"""The reading side of `kez-blob/1`: one request, and its answer piece by piece. Nothing is opened or kept here."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kezclient.iroh.faults import Lied, Refused
from kezclient.iroh.watching import Patience, step
from kezproto.blob_wire import (
    LANE_BYTES,
    LENGTH_BYTES,
    MANIFEST_ONLY,
    STATUS_BYTES,
    BlobRequest,
    RequestKind,
    Status,
    parse_lane,
    parse_manifest_length,
    parse_status,
    promised_manifest,
)
from kezproto.errors import Malformed

if TYPE_CHECKING:
    import iroh

    from kezproto.blob_wire import LaneOffer
    from kezproto.blobs import BlobManifest


class Line(Protocol):
    """What the chunks come by: a stream of the connection, or a lane."""

    async def read_exact(self, size: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked for, as far as it has come: the manifest is the promised one, the chunks are still unread."""

    manifest: BlobManifest
    first: int
    connection: iroh.Connection
    line: Line
    patience: Patience

    async def chunks(self) -> AsyncGenerator[tuple[int, bytes], None]:
        """Sealed chunks with their numbers; nobody has compared their hashes yet. Unreachable, or Refused if the node
        stops in the middle and says why."""
        if self.first >= self.manifest.chunks:
            return
        check_status(await self._read(STATUS_BYTES))
        last = self.manifest.chunks - 1
        for index in range(self.first, last):
            size = self.manifest.sealed_chunk_size(index)
            # With the status that stands before the next chunk: one read less.
            data = await self._read(size + STATUS_BYTES)
            yield index, data[:size]
            check_status(data[size:])
        yield last, await self._read(self.manifest.sealed_chunk_size(last))

    async def _read(self, size: int) -> bytes:
        return await step(self.connection, self.line.read_exact(size), self.patience)


async def ask_for(connection: iroh.Connection, content: str, first: int, patience: Patience) -> Answer:
    """Ask for the chunks from `first` on. Refused, Unreachable, or Lied for another manifest."""
    stream = await _request(connection, BlobRequest(RequestKind.GET, content, first), patience)
    manifest = await _manifest(connection, stream, content, patience)
    return Answer(manifest, first, connection, stream, patience)


async def ask_for_lane(
    connection: iroh.Connection, content: str, first: int, patience: Patience
) -> tuple[BlobManifest, LaneOffer]:
    """Ask where the chunks from `first` on are to be had beside the connection. Errors as `ask_for`."""
    stream = await _request(connection, BlobRequest(RequestKind.LANE, content, first), patience)
    manifest = await _manifest(connection, stream, content, patience)
    check_status(await step(connection, stream.read_exact(STATUS_BYTES), patience))
    data = await step(connection, stream.read_exact(LANE_BYTES), patience)
    try:
        return manifest, parse_lane(data)
    except Malformed as error:
        raise Lied(str(error)) from error


async def ask_for_manifest(connection: iroh.Connection, content: str, patience: Patience) -> BlobManifest:
    return (await ask_for(connection, content, MANIFEST_ONLY, patience)).manifest


async def say_have(connection: iroh.Connection, content: str, patience: Patience) -> None:
    """Tell the owner that all of the content is here."""
    await _request(connection, BlobRequest(RequestKind.HAVE, content), patience)


async def _manifest(
    connection: iroh.Connection, stream: iroh.RecvStream, content: str, patience: Patience
) -> BlobManifest:
    length = await step(connection, stream.read_exact(LENGTH_BYTES), patience)
    try:
        data = await step(connection, stream.read_exact(parse_manifest_length(length)), patience)
        return promised_manifest(data, content)
    except Malformed as error:
        raise Lied(str(error)) from error


async def _request(connection: iroh.Connection, request: BlobRequest, patience: Patience) -> iroh.RecvStream:
    """The stream of the answer, after its first status."""
    both = await step(connection, connection.open_bi(), patience)
    send = both.send()
    await step(connection, send.write_all(request.encode()), patience)
    await step(connection, send.finish(), patience)
    stream = both.recv()
    check_status(await step(connection, stream.read_exact(STATUS_BYTES), patience))
    return stream


def check_status(status: bytes) -> None:
    """Refused for any but OK, Lied for none that there is."""
    try:
        found = parse_status(status)
    except Malformed as error:
        raise Lied(str(error)) from error
    if found is not Status.OK:
        raise Refused(found)
