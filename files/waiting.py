"""Those who wait for a file to change: all of them together cost ten looks a second at the database."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError

from chatbridge.threads import in_thread
from files import lookup
from files.lookup import Snapshot, State
from files.metrics import WAITING
from kezproto.file_chunks import token_fits

logger = logging.getLogger(__name__)

MAX_WAIT_SECONDS = 25
LOOK_SECONDS = 0.1
WAITERS_PER_FILE = 16


@dataclass(slots=True)
class _Watch:
    """One file that somebody waits for."""

    waiters: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    latest: Snapshot | None = None


class WaitingRoom:
    """Of one process. A waiter holds neither a thread nor a connection to the database."""

    def __init__(self) -> None:
        self._watches: dict[str, _Watch] = {}
        self.waiters = 0
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    async def until_changed(self, file_id: str, token: bytes, *, seconds: float) -> None:
        """Returns when state or received chunks of a pending file change, at the latest after `seconds`.

        At once for what cannot change, for a stranger, and when too many wait already.
        """
        seen = await self._look_once(file_id)
        if seen is None or seen.state != State.PENDING or not token_fits(token, seen.access):
            return
        watch = self._watches.get(file_id)
        full = self._closed or self.waiters >= settings.KEZ_FILES_WAITERS
        if full or (watch is not None and watch.waiters >= WAITERS_PER_FILE):
            WAITING.labels("full").inc()
            return
        async with self._watching(file_id, seen) as watch:
            try:
                async with asyncio.timeout(seconds), watch.changed:
                    await watch.changed.wait_for(lambda: self._closed or watch.latest != seen)
                WAITING.labels("changed").inc()
            except TimeoutError:
                WAITING.labels("timeout").inc()

    async def let_go(self) -> None:
        """The process stops: everybody is answered now, and may wait on at another."""
        self._closed = True
        for watch in self._watches.values():
            async with watch.changed:
                watch.changed.notify_all()

    async def _look_once(self, file_id: str) -> Snapshot | None:
        try:
            return (await in_thread(lookup.snapshots, [file_id])).get(file_id)
        except DatabaseError as error:
            logger.warning("Nobody can wait without the database: %s", error)
            return None

    @contextlib.asynccontextmanager
    async def _watching(self, file_id: str, seen: Snapshot) -> AsyncIterator[_Watch]:
        watch = self._watches.setdefault(file_id, _Watch(latest=seen))
        watch.waiters += 1
        self.waiters += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="files waiting room")
        try:
            yield watch
        finally:
            watch.waiters -= 1
            self.waiters -= 1
            if not watch.waiters:
                del self._watches[file_id]

    async def _look(self) -> None:
        """As long as anybody waits."""
        try:
            while self._watches:
                await asyncio.sleep(LOOK_SECONDS)
                await self._look_at_all()
        finally:
            self._looking = None

    async def _look_at_all(self) -> None:
        try:
            found = await in_thread(lookup.snapshots, list(self._watches))
        except DatabaseError as error:
            logger.warning("Those who wait for files wait on: %s", error)
            return
        for file_id, watch in list(self._watches.items()):
            async with watch.changed:
                watch.latest = found.get(file_id)
                watch.changed.notify_all()
