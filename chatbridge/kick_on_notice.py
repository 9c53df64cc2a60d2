"""Cutting the connections of a suspended key as soon as its notice is heard, over a connection that is there already.

The task queue does the same (`tasks`), but a task may have to wait behind large files.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from chatbridge.consumers.notices import SUSPENDED, Listener
from chatbridge.kick import kick_owner
from chatbridge.metrics import KICKS
from natslink.connection import SupervisedConnection
from natslink.errors import LinkError

logger = logging.getLogger(__name__)

# A login that was allowed in the moment before the suspension may still be on its way: the broker gives it 3 s.
SECOND_LOOK_SECONDS = 4.0


class KickOnNotice:
    """Lives in the janitor. `listening` is set when notices are heard from then on."""

    def __init__(self, system: SupervisedConnection) -> None:
        self._system = system
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        listener = Listener(self._on_notice)
        await listener.join()
        self.listening.set()
        tasks = [asyncio.create_task(each) for each in (listener.run(), self._work())]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await listener.leave()

    def _on_notice(self, notice: Mapping[str, Any]) -> None:
        primary_hex = str(notice.get("primary", ""))
        if notice["type"] == SUSPENDED and primary_hex:
            self._waiting.put_nowait(primary_hex)
            asyncio.get_running_loop().call_later(SECOND_LOOK_SECONDS, self._waiting.put_nowait, primary_hex)

    async def _work(self) -> None:
        while True:
            primary_hex = await self._waiting.get()
            try:
                KICKS.labels("suspended").inc(await kick_owner(self._system, primary_hex))
            except LinkError as error:
                # The task queue tries again and again; this is only the fast way.
                logger.warning("A suspended key's connections could not be cut at once: %s", error)
