"""The serving side of `kez-blob/1`: connections, how many there may be, and how long each may be idle."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient.iroh.iroh_node import FFI_ERRORS, person_key

if TYPE_CHECKING:
    import iroh

    from kezclient.iroh.answering import Answerer
    from kezclient.iroh.iroh_node import IrohNode
    from kezclient.iroh.people import People
    from kezproto.keys import Primary

# How long a node that was refused may take to read why.
FAREWELL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """`connections`: of all nodes together; one more is not even answered. `per_node`: of one node; further ones hear
    "busy". `strangers`: of nodes that are nobody's here. `streams`: requests at once on one connection. `handshake`:
    seconds for it, and for the request of a node that will be refused. `idle`: seconds without a request."""

    connections: int = 64
    per_node: int = 4
    strangers: int = 8
    streams: int = 8
    handshake: float = 10.0
    idle: float = 60.0


class BlobServer:
    """Serves on one node until `run` is cancelled."""

    def __init__(
        self, node: IrohNode, people: People, answerer: Answerer, limits: Limits | None = None
    ) -> None:
        self._node = node
        self._people = people
        self._answerer = answerer
        self._limits = limits or Limits()
        self._open: Counter[Primary] = Counter()
        self._strangers = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until it is cancelled, or the endpoint is closed."""
        try:
            while (incoming := await self._node.endpoint.accept_next()) is not None:
                if len(self._tasks) >= self._limits.connections:
                    with contextlib.suppress(*FFI_ERRORS):
                        await incoming.refuse()
                    continue
                task = asyncio.create_task(self._meet(incoming))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _meet(self, incoming: iroh.Incoming) -> None:
        with contextlib.suppress(TimeoutError, *FFI_ERRORS):
            async with asyncio.timeout(self._limits.handshake):
                accepting = await incoming.accept()
                connection = await accepting.connect()
            try:
                await self._serve(connection, person_key(connection))
            finally:
                connection.close(0, b"")

    async def _serve(self, connection: iroh.Connection, node: Primary) -> None:
        connection.set_max_concurrent_uni_streams(0)
        connection.set_max_concurrent_bi_streams(self._limits.streams)
        self._open[node] += 1
        try:
            busy = self._open[node] > self._limits.per_node
            persons = await self._people.who(node)
            if persons:
                await self._answer_all(connection, persons, busy=busy)
            elif self._strangers < self._limits.strangers:
                self._strangers += 1
                try:
                    await self._answer_all(connection, persons, busy=busy)
                finally:
                    self._strangers -= 1
        finally:
            self._open[node] -= 1
            if not self._open[node]:
                del self._open[node]

    async def _answer_all(
        self, connection: iroh.Connection, persons: frozenset[Primary], *, busy: bool
    ) -> None:
        streams = self._streams(connection, 1 if busy or not persons else None)
        async with contextlib.aclosing(streams), asyncio.TaskGroup() as answers:
            async for stream in streams:
                answers.create_task(self._answerer.answer(connection, stream, persons, busy=busy))

    async def _streams(
        self, connection: iroh.Connection, most: int | None
    ) -> AsyncGenerator[iroh.BiStream, None]:
        """The requests that come in, until the other side closes the connection or is idle. After `most` of them it has
        only the time to read its answers."""
        count, patience = 0, self._limits.idle if most is None else self._limits.handshake
        while most is None or count < most:
            accepting = asyncio.ensure_future(connection.accept_bi())
            try:
                while not accepting.done():
                    await asyncio.wait({accepting}, timeout=patience)
                    if not accepting.done() and not self._answerer.is_busy_with(connection):
                        return
                stream = accepting.result()
            except FFI_ERRORS:
                return
            finally:
                accepting.cancel()
            count += 1
            yield stream
        with contextlib.suppress(TimeoutError, *FFI_ERRORS):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await connection.closed()
