"""Counts the chunks that arrive in KEZ_FILES. Any number of these processes share the work."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Mapping

from django.db import DatabaseError
from django.utils import timezone

from chatbridge.broker import backend_connection
from chatbridge.jetstream import JetStreamError, api
from chatbridge.threads import in_thread
from chatbridge.watchdog import Watchdog
from files import services
from files.chunk_stream import (
    CONSUMER,
    arrivals,
    by_upload,
    ensure_consumer,
    purge_each,
    unwanted_subjects,
)
from files.metrics import BATCH_SECONDS, CHUNKS
from files.progress import Progress
from files.uploads import Upload
from httpapi import pulse
from kezproto.subjects import FILES_STREAM
from natslink.errors import LinkError
from natslink.pulling import InboxMessage

logger = logging.getLogger(__name__)

BATCH = 512
PURGES_PER_BATCH = (
    64  # a flood of chunks that nobody waits for must not hold up the others; tidying gets the rest
)
BEAT_SECONDS = 1.0
TELL_EVERY = 10  # beats
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
FROZEN_AFTER_SECONDS = 30.0
STOP_SECONDS = 5.0


class ChunkIngest:
    """`run` returns after `stop`. A chunk is acknowledged to the broker when the database has counted it: whatever dies
    in between, it comes again, and counting it twice changes nothing.
    """

    def __init__(self, *, frozen_after: float = FROZEN_AFTER_SECONDS) -> None:
        self._backend = backend_connection()
        self._watchdog = Watchdog(seconds=frozen_after)
        self._progress = Progress()
        self._arrived: asyncio.Queue[InboxMessage] = asyncio.Queue(maxsize=2 * BATCH)
        self._settling = asyncio.Lock()
        self._stopping = asyncio.Event()
        self.ready = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Raises a LinkError or JetStreamError if the broker cannot be used at the start; then it waits for it."""
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._backend.start()
            await ensure_consumer(self._backend)
            self._watchdog.start()
            tasks = [asyncio.create_task(work()) for work in (self._pull, self._count, self._beat)]
            logger.info("Chunk ingest ready.")
            self.ready.set()
            stopped = asyncio.create_task(self._stopping.wait())
            await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            for task in tasks:
                if task.done():
                    task.result()  # none of them ends by itself: this raises why it did
        finally:
            self._watchdog.stop()
            await self._finish_batch(tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._give_back()
            await self._backend.close()
        logger.info("Chunk ingest stopped.")

    async def _pull(self) -> None:
        async with contextlib.aclosing(arrivals(self._backend, batch=BATCH)) as messages:
            async for message in messages:
                await self._arrived.put(message)

    async def _count(self) -> None:
        while True:
            batch = [await self._arrived.get()]
            while not self._arrived.empty() and len(batch) < BATCH:
                batch.append(self._arrived.get_nowait())
            with BATCH_SECONDS.time():
                async with self._settling:
                    await self._settle(batch)

    async def _settle(self, batch: list[InboxMessage]) -> None:
        """Count a batch, acknowledge it, tell of it, purge of it what nobody waits for."""
        arrived, foreign = by_upload(message.subject for message in batch)
        recorded = await self._record(arrived)
        unwanted = sum(bits.bit_count() for bits in recorded.unwanted.values())
        CHUNKS.labels("counted").inc(len(batch) - unwanted - len(foreign))
        CHUNKS.labels("unwanted").inc(unwanted)
        CHUNKS.labels("foreign").inc(len(foreign))
        for message in batch:
            await message.ack()
        await self._progress.tell(recorded.progressed)
        subjects = [*unwanted_subjects(recorded.unwanted), *foreign]
        try:
            await purge_each(self._backend, subjects[:PURGES_PER_BATCH])
        except (LinkError, JetStreamError) as error:
            logger.warning("Chunks that nobody waits for stay until the next tidying: %s", error)

    async def _record(self, arrived: Mapping[Upload, int]) -> services.Recorded:
        """Again until the database takes it: nothing else can be counted meanwhile either."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await in_thread(services.record_chunks, arrived, now=timezone.now())
            except DatabaseError as error:
                logger.warning("Chunks wait to be counted: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _finish_batch(self, tasks: list[asyncio.Task[None]]) -> None:
        """What is being counted is acknowledged before the end, if the database lets us; no other batch begins."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS), self._settling:
                for task in tasks:
                    task.cancel()

    async def _give_back(self) -> None:
        """What was fetched and not counted is for the others, at once."""
        while not self._arrived.empty():
            await self._arrived.get_nowait().nak()

    async def _beat(self) -> None:
        """The watchdog is fed by answers of the broker; an outage of the broker is no freeze."""
        for beat in itertools.count():
            try:
                if self._backend.state == "connected":
                    await api(self._backend, f"CONSUMER.INFO.{FILES_STREAM}.{CONSUMER}", seconds=BEAT_SECONDS)
            except (LinkError, JetStreamError) as error:
                logger.debug("The broker did not answer the heartbeat: %s", error)
            self._watchdog.beat()
            if beat % TELL_EVERY == 0:
                await in_thread(pulse.tell, "ingest", every=TELL_EVERY * BEAT_SECONDS)
            await asyncio.sleep(BEAT_SECONDS)
