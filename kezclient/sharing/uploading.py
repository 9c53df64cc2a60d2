"""Moving uploads on: announce, publish the chunks, queue the pointer, and see the server make a file of them.

Each step is written down before the next, so a process that dies leaves an upload that the next one goes on with.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.compose import Composer
from kezclient.errors import BadAnswer, BrokerDown, ClientError, ServerRefused, ServerUnreachable
from kezclient.file_errors import NotReadyYet, UploadDamaged, UploadFailed, UploadWaits
from kezclient.shared_errors import PublicationFailed
from kezclient.sharing.announcing import CAUSES, announce, is_final, note_status, token_of
from kezclient.sharing.chunk_window import ChunkPublisher
from kezclient.sharing.chunked import spool_of
from kezclient.sharing.upload_lock import upload_lock
from natslink.errors import BrokerUnreachable, LinkError, NotStored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kezclient.files_api import FileStatus
    from kezclient.progress import Progress
    from kezclient.runtime import Runtime
    from kezclient.store.uploads import Upload
    from natslink.connection import SupervisedConnection

CONSEQUENCE = "The file is stored here and goes out later."

RECONNECT_SECONDS = 20.0
PAUSE_SECONDS = 0.2
# Short, since a thread that waits for an answer also delays the end of the process.
WATCH_SECONDS = 2
# The server counts chunks a little after the broker has confirmed them.
STALLED_SECONDS = 15.0
PATIENCE_SECONDS = 90.0


@dataclass(slots=True)
class Uploader:
    """For one profile. What is returned is why an upload did not get further, None where nothing is wrong."""

    runtime: Runtime
    progress: Progress
    _moved_at: float = 0.0
    _seen: dict[int, tuple[int, float]] = field(default_factory=dict)

    async def send(self, connection: SupervisedConnection, upload_id: int) -> ClientError | None:
        """Until the broker has every chunk and the pointer is queued. The caller empties the outbox then."""
        while True:
            upload = self._upload(upload_id)
            if upload.state != "queued":
                return None
            with upload_lock(self.runtime.folders.upload_lock(upload.file_id)) as held:
                if held:
                    return await self._send(connection, self._upload(upload_id))
            # Another process is at it.
            self._sending(upload, upload.stored)
            await asyncio.sleep(PAUSE_SECONDS)

    async def look(self, upload_id: int, *, wait: int = 0) -> None:
        """Ask the server about an upload that is sent, and write down what it says; silence changes nothing."""
        upload = self._upload(upload_id)
        if upload.state != "sent":
            return
        with upload_lock(self.runtime.folders.upload_lock(upload.file_id)) as held:
            if not held:
                await asyncio.sleep(PAUSE_SECONDS)
                return
            try:
                status = await asyncio.to_thread(
                    self.runtime.files.status, upload.file_id, token_of(upload), wait=wait
                )
            except ServerRefused as error:
                self._refused_status(upload, error)
            except (ServerUnreachable, BadAnswer):
                await asyncio.sleep(min(wait, 1))
            else:
                note_status(self.runtime, upload, status)
                self._send_what_is_missing(upload, status)
        if self._upload(upload_id).state == "ready":
            with contextlib.suppress(OSError):
                self.runtime.folders.upload_lock(upload.file_id).unlink()

    async def wait_ready(
        self, connection: SupervisedConnection, upload_ids: Sequence[int]
    ) -> ClientError | None:
        """Until these are ready or failed; NotReadyYet if nothing moves for long."""
        loop = asyncio.get_running_loop()
        before: object = None
        moved_at = loop.time()
        while uploads := [each for each in map(self._upload, upload_ids) if each.is_open]:
            now = [(each.id, each.state, each.stored, each.received) for each in uploads]
            if now != before:
                before, moved_at = now, loop.time()
            elif loop.time() - moved_at > PATIENCE_SECONDS:
                return NotReadyYet(name=uploads[0].file.filename)
            upload = uploads[0]
            if upload.state == "queued":
                problem = await self.send(connection, upload.id)
                if problem is not None:
                    return problem
                continue
            self._show(upload, upload.received, f"at the server {upload.received}/{upload.chunks}")
            await self.look(upload.id, wait=WATCH_SECONDS)
        return None

    async def _send(self, connection: SupervisedConnection, upload: Upload) -> ClientError | None:
        store = self.runtime.store
        if upload.state != "queued":
            return None
        try:
            if not upload.announced:
                await asyncio.to_thread(announce, self.runtime, upload)
                with store.write():
                    store.uploads.note_announced(upload.id)
            await self._publish(connection, upload)
        except (ServerUnreachable, BadAnswer) as error:
            return self._stays(upload, error.code, str(error), UploadWaits(reason=str(error)))
        except ServerRefused as error:
            if not is_final(error):
                return self._stays(upload, error.code, str(error), UploadWaits(reason=str(error)))
            return self._fails(upload, error.code, str(error), error)
        except UploadDamaged as error:
            return self._fails(upload, error.code, str(error), error)
        except (BrokerUnreachable, NotStored) as error:
            problem = BrokerDown(reason=str(error).rstrip("."), consequence=CONSEQUENCE)
            return self._stays(upload, error.code, str(error), problem)
        except LinkError as error:
            return self._fails(upload, error.code, str(error), failure_of(upload, str(error)))
        self._queue_pointer(upload)
        return None

    async def _publish(self, connection: SupervisedConnection, upload: Upload) -> None:
        """Across reconnects, as long as it gets further."""
        loop = asyncio.get_running_loop()
        publisher = ChunkPublisher(
            self.runtime.store, spool_of(self.runtime), self.runtime.profile.primary, self._sending
        )
        self._moved_at = loop.time()
        while True:
            try:
                await connection.wait_connected(RECONNECT_SECONDS)
                session = await connection.session()
                if session is None:
                    raise BrokerUnreachable("The connection to the broker is closed.")
                self._sending(upload, upload.stored)
                await publisher.publish(session, upload)
            except BrokerUnreachable:
                if loop.time() - self._moved_at > RECONNECT_SECONDS:
                    raise
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    def _queue_pointer(self, upload: Upload) -> None:
        """The message and the mark that it is made are one transaction: it is sent once, whenever a process dies.

        A file for the own list has none.
        """
        store = self.runtime.store
        with store.write():
            message_id = upload.message_id
            if message_id is None and not upload.for_list:
                composer = Composer(self.runtime.identity, store)
                message_id = composer.queue_file(upload.peer, upload.peer_handle, upload.body).id
            store.uploads.sent(upload.id, message_id)

    def _refused_status(self, upload: Upload, error: ServerRefused) -> None:
        if error.code == "file_unknown":
            self._send_again(upload, range(upload.chunks), announce=True)
        elif is_final(error):
            self._fails(upload, error.code, str(error), error)

    def _send_what_is_missing(self, upload: Upload, status: FileStatus) -> None:
        """Chunks that the broker has confirmed and the server never counted go out again, as new ones: under their
        old ids the broker would take them for doubles."""
        now = asyncio.get_running_loop().time()
        received, since = self._seen.get(upload.id, (-1, now))
        if status.state != "pending" or status.received != received:
            self._seen[upload.id] = (status.received, now)
        elif status.missing and now - since > STALLED_SECONDS:
            self._send_again(upload, status.missing, announce=False)
            del self._seen[upload.id]

    def _send_again(self, upload: Upload, numbers: Sequence[int], *, announce: bool) -> None:
        ids = {number: clock.new_delivery_id() for number in numbers if number < upload.chunks}
        with self.runtime.store.write():
            self.runtime.store.uploads.send_again(upload.id, ids, announce=announce)

    def _stays(self, upload: Upload, code: str, cause: str, problem: ClientError) -> ClientError:
        with self.runtime.store.write():
            self.runtime.store.uploads.stays_queued(upload.id, code, cause)
        return problem

    def _fails(self, upload: Upload, code: str, cause: str, problem: ClientError) -> ClientError:
        with self.runtime.store.write():
            self.runtime.store.uploads.failed(upload.id, code, cause, clock.now())
        return problem

    def _sending(self, upload: Upload, stored: int) -> None:
        self._moved_at = asyncio.get_running_loop().time()
        self._show(upload, stored, "to the server" if upload.for_list else f"to {upload.peer_handle}")

    def _show(self, upload: Upload, chunks: int, what: str) -> None:
        done = chunks * upload.file.size // upload.chunks
        self.progress.show(f"{upload.file.filename} {what}", done, upload.file.size)

    def _upload(self, upload_id: int) -> Upload:
        upload = self.runtime.store.uploads.find(upload_id)
        if upload is None:
            raise AssertionError("uploads are never removed")
        return upload


def failure_of(upload: Upload, cause: str | None) -> UploadFailed | PublicationFailed:
    """The error that tells of an upload that failed."""
    if upload.for_list:
        return PublicationFailed(
            name=upload.file.filename, cause=cause or CAUSES["timed_out"], id=upload.file_id[:8]
        )
    return UploadFailed(
        name=upload.file.filename,
        handle=str(upload.peer_handle),
        cause=cause or CAUSES["timed_out"],
        id=upload.file_id[:8],
    )
