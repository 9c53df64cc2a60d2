"""A running inbox: deliveries are taken in batches as they come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from kezclient.compose import Composer
from kezclient.inbox import InboxReader
from natslink.client import inbox_messages
from natslink.errors import LinkError

if TYPE_CHECKING:
    from kezclient.receipts import ReceiptNews
    from kezclient.runtime import Runtime
    from natslink.connection import SupervisedConnection
    from natslink.pulling import InboxMessage

# Small enough to be acknowledged long before the broker's ack_wait of 30 s.
BATCH = 64


class Receiver:
    """Use it as an async context manager around `take`."""

    def __init__(self, runtime: Runtime, connection: SupervisedConnection) -> None:
        self._connection = connection
        self._runtime = runtime
        self._reader = InboxReader(
            identity=runtime.identity,
            store=runtime.store,
            composer=Composer(runtime.identity, runtime.store),
            with_directory=runtime.with_directory,
            max_age=runtime.settings.refresh,
        )
        self._queue: asyncio.Queue[InboxMessage] = asyncio.Queue(maxsize=BATCH)
        self._pump: asyncio.Task[None] | None = None

    async def take(self) -> list[ReceiptNews]:
        """Wait for deliveries, store and acknowledge them; the receipts among them.

        LinkError if the connection was closed.
        """
        first = asyncio.ensure_future(self._queue.get())
        pump = self._started()
        try:
            await asyncio.wait({first, pump}, return_when=asyncio.FIRST_COMPLETED)
            if not first.done():
                raise pump.exception() or LinkError("The connection to the broker is closed.")
        finally:
            if not first.done():
                first.cancel()
        batch = [first.result()]
        while not self._queue.empty() and len(batch) < BATCH:
            batch.append(self._queue.get_nowait())
        return await self._reader.take(batch)

    def _started(self) -> asyncio.Task[None]:
        if self._pump is None:
            self._pump = asyncio.create_task(self._fill())
        return self._pump

    async def _fill(self) -> None:
        profile = self._runtime.profile
        async for delivery in inbox_messages(self._connection, profile.primary, profile.device):
            await self._queue.put(delivery)

    async def __aenter__(self) -> Receiver:
        self._started()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait({self._pump})
        while not self._queue.empty():
            await self._queue.get_nowait().nak()
