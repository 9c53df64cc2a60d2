"""The chunks on a lane, at both ends: memory that is used again and again, and no byte passes the event loop."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kezclient.iroh.asking import check_status
from kezclient.iroh.opening import open_into
from kezclient.iroh.turns import THREADS, Turns
from kezproto.blob_wire import STATUS_BYTES, Status
from kezproto.blobs import BLOB_CHUNK_BYTES
from kezproto.stream import TAG_BYTES

if TYPE_CHECKING:
    from kezclient.iroh.lane import LaneSocket
    from kezclient.iroh.sealed_file import PromisedFile
    from kezproto.blobs import BlobManifest

# How far the threads may be ahead of what the event loop has seen.
AHEAD = 4 * THREADS
_ROOM = STATUS_BYTES + BLOB_CHUNK_BYTES + TAG_BYTES


class Sending:
    """Read, seal, compare; in turn, send. At most `AHEAD` chunks more than `seen` was told of."""

    def __init__(self, lane: LaneSocket, file: PromisedFile, first: int) -> None:
        self._lane, self._file = lane, file
        self._turns = Turns(first, first + AHEAD)

    def seen(self, next_chunk: int) -> None:
        """All before it were looked at."""
        self._turns.allow(next_chunk + AHEAD)

    def hand(self) -> Callable[[int], int]:
        room, plain = memoryview(bytearray(_ROOM)), memoryview(bytearray(BLOB_CHUNK_BYTES))
        room[0] = Status.OK

        def send(index: int) -> int:
            size = len(self._file.seal_into(room[STATUS_BYTES:], plain, index))
            with self._turns.turn(index):
                self._lane.send(room[: STATUS_BYTES + size])
            return size - TAG_BYTES

        return send

    def failed(self, index: int) -> None:
        self._turns.stop(index)

    def cut(self) -> None:
        self._turns.stop(0)
        self._lane.cut()


@dataclass(slots=True)
class Taking:
    """In turn, receive; compare, open; in turn, write. `taken` counts the chunks that were written."""

    lane: LaneSocket
    key: bytes = field(repr=False)
    manifest: BlobManifest
    first: int
    write: Callable[[memoryview], object]
    taken: int = 0
    _arriving: Turns = field(init=False)
    _writing: Turns = field(init=False)

    def __post_init__(self) -> None:
        self._arriving, self._writing = Turns(self.first), Turns(self.first)

    def hand(self) -> Callable[[int], int]:
        room, plain = memoryview(bytearray(_ROOM)), memoryview(mmap.mmap(-1, BLOB_CHUNK_BYTES))

        def take(index: int) -> int:
            size = self.manifest.sealed_chunk_size(index)
            with self._arriving.turn(index):
                self.lane.receive_into(room[: STATUS_BYTES + size])
            check_status(room[:STATUS_BYTES].tobytes())
            data = plain[: size - TAG_BYTES]
            open_into(data, room[STATUS_BYTES : STATUS_BYTES + size], self.key, self.manifest, index)
            with self._writing.turn(index):
                self.write(data)
                self.taken += 1
            return len(data)

        return take

    def failed(self, index: int) -> None:
        self._arriving.stop(index)
        self._writing.stop(index)
        # All before it have come.
        self.lane.cut()

    def cut(self) -> None:
        self.failed(0)
