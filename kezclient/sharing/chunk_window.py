"""Publishing the chunks of one upload: a few at a time, fewer on a slow line, each under the same id until it is
stored."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient.file_errors import UploadDamaged
from kezproto.file_chunks import chunk_frame
from kezproto.subjects import chunk_subject
from natslink.errors import NotStored
from natslink.publishing import Outcome, PublishWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from kezclient.sharing.spool import Spool
    from kezclient.store.store import Store
    from kezclient.store.uploads import ChunkToSend, Upload
    from kezproto.keys import Primary
    from natslink.session import BrokerSession

IN_FLIGHT = 16
SILENCE_SECONDS = 30.0


@dataclass(slots=True)
class ChunkPublisher:
    """For one sender. `on_progress` is called with the number of chunks of the upload that the broker has."""

    store: Store
    spool: Spool
    own: Primary
    on_progress: Callable[[Upload, int], None]

    async def publish(self, session: BrokerSession, upload: Upload) -> None:
        """Returns when the broker has stored every chunk. LinkError if it does not; what it has is remembered.

        UploadDamaged if the chunks kept here are not all there.
        """
        loop = asyncio.get_running_loop()
        waiting = deque(self.store.uploads.to_send(upload.id))
        under_way: dict[int, ChunkToSend] = {}
        stored, limit, progress_at = upload.chunks - len(waiting), IN_FLIGHT, loop.time()
        async with PublishWindow(session) as window:
            while waiting or under_way:
                while waiting and len(under_way) < limit:
                    chunk = waiting.popleft()
                    under_way[chunk.number] = chunk
                    await self._submit(window, upload, chunk)
                outcomes = await _outcomes(window)
                confirmed = [each.key for each in outcomes if each.error is None]
                with self.store.write():
                    self.store.uploads.note_stored(upload.id, confirmed)
                for outcome in outcomes:
                    chunk = under_way.pop(outcome.key)
                    if outcome.error is None:
                        continue
                    if (
                        not isinstance(outcome.error, NotStored)
                        or loop.time() - progress_at > SILENCE_SECONDS
                    ):
                        raise outcome.error
                    # The line is slower than the time limit of one chunk: fewer at once, and this one again.
                    limit = max(1, limit // 2)
                    waiting.appendleft(chunk)
                if confirmed:
                    progress_at = loop.time()
                    stored += len(confirmed)
                    self.on_progress(upload, stored)

    async def _submit(self, window: PublishWindow, upload: Upload, chunk: ChunkToSend) -> None:
        sealed = self.spool.read(upload.file_id, upload.file.size, chunk.number)
        if sealed is None:
            raise UploadDamaged
        frame = chunk_frame(upload.file_id, chunk.number, upload.chunks, sealed)
        subject = chunk_subject(self.own, upload.file_id, chunk.number)
        await window.submit(chunk.number, subject, frame, msg_id=chunk.delivery_id)


async def _outcomes(window: PublishWindow) -> list[Outcome]:
    """At least one outcome, and all that are there."""
    found = [await window.outcomes.get()]
    while not window.outcomes.empty():
        found.append(window.outcomes.get_nowait())
    return found
