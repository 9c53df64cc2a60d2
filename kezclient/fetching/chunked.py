"""Files in sealed chunks, which the server has put together: waited for, downloaded, and checked."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from filelock import FileLock

from kezclient.errors import BadAnswer, ServerRefused, ServerUnreachable
from kezclient.fetching.opening import ChunkOpening
from kezclient.fetching.part_file import PartFile
from kezclient.file_errors import (
    FileChanged,
    FileExpired,
    FileFailed,
    FilePending,
    FileRemoved,
    FileUnknown,
    TokenWrong,
)
from kezclient.sharing.announcing import CAUSES, is_final
from kezproto.file_chunks import access_token
from kezproto.payloads import CHUNK_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from kezclient.errors import ClientError
    from kezclient.fetching.request import FetchRequest
    from kezclient.files_api import FileStatus

WAIT_SECONDS = 20
# A sender that is away may be so for days: whoever waits can ask again.
PATIENCE_SECONDS = 300.0
TRIES = 5
PAUSE_SECONDS = 1.0


def fetch_chunked(request: FetchRequest) -> Path:
    """Every way in which this can fail has a type of its own; what was downloaded stays beside the destination."""
    try:
        _wait_ready(request)
        lock = request.runtime.folders.fetch_lock(request.shared.ref)
        with FileLock(lock, mode=0o600, is_singleton=False):
            path = _fetch_locked(request)
    except ServerRefused as error:
        raise _typed(request, error) from error
    with contextlib.suppress(OSError):
        lock.unlink()
    return path


def _fetch_locked(request: FetchRequest) -> Path:
    file = request.shared.file
    with PartFile(request.destination, request.shared.ref, force=request.force) as part:
        opening = ChunkOpening(file, part)
        opening.go_on()
        resumed = opening.position > 0
        _download(request, opening)
        if resumed and not opening.is_right():
            # What lay here from before may be at fault: once more, all of it.
            opening.start_over()
            _download(request, opening)
        if not opening.is_right():
            opening.start_over()
            raise FileChanged(name=file.filename, reason="its digest is another one.")
        return part.finish()


def _wait_ready(request: FetchRequest) -> None:
    """Returns when it can be downloaded; FilePending, FileFailed, FileExpired, FileRemoved otherwise."""
    name = request.shared.file.filename
    received, moved_at, told = -1, time.monotonic(), False
    while True:
        status = _status(request, wait=WAIT_SECONDS if received >= 0 else 0)
        if status.state != "pending":
            break
        if status.received != received:
            received, moved_at = status.received, time.monotonic()
        if not request.wait or time.monotonic() - moved_at > PATIENCE_SECONDS:
            raise FilePending(name=name, received=status.received, chunks=status.chunks)
        if not told:
            told = True
            request.runtime.run.note(
                f"{name} is still on its way to the server. Waiting for it; Ctrl-C ends that."
            )
        size = request.shared.file.size
        done = min(status.received * CHUNK_BYTES, size)
        request.progress.show(f"{name}: Receiving {status.received}/{status.chunks}", done, size)
    problem = _problem(name, status.state, CAUSES.get(status.cause_code or "") or status.cause)
    if problem is not None:
        raise problem


def _status(request: FetchRequest, *, wait: int) -> FileStatus:
    api, file = request.runtime.files, request.shared.file
    while True:
        try:
            return api.status(file.file_id or "", _token(request), wait=wait)
        except ServerRefused as error:
            if is_final(error) or not request.wait:
                raise
            time.sleep(min(error.details.get("retry_after", PAUSE_SECONDS), WAIT_SECONDS))


def _download(request: FetchRequest, opening: ChunkOpening) -> None:
    """All bytes that are still to come, in several tries as long as each brings something."""
    tries = TRIES
    while opening.position < opening.total:
        before = opening.position
        try:
            _one_download(request, opening)
        except ServerUnreachable:
            tries = TRIES if opening.position > before else tries - 1
            if tries == 0:
                raise
            time.sleep(PAUSE_SECONDS)


def _one_download(request: FetchRequest, opening: ChunkOpening) -> None:
    file = request.shared.file
    api = request.runtime.files
    opening.drop_half()
    with api.content(file.file_id or "", _token(request), start=opening.position) as content:
        if content.size != opening.total:
            raise FileChanged(
                name=file.filename, reason=f"the server has {content.size} bytes, not {opening.total}."
            )
        if content.start not in (0, opening.position):
            raise BadAnswer(url=api.url, reason="it gives other bytes than it was asked for")
        if content.start != opening.position:
            opening.start_over()
        for data in content.parts:
            opening.take(data)
            request.progress.show(file.filename, opening.plain_bytes, file.size)
    if opening.position < opening.total:
        raise ServerUnreachable(url=api.url, reason="the file ended too early")


def _token(request: FetchRequest) -> bytes:
    return access_token(request.shared.file.file_key or b"")


def _typed(request: FetchRequest, error: ServerRefused) -> ClientError:
    """What the server's refusal means for this file; the refusal itself if nothing special."""
    name = request.shared.file.filename
    if error.code == "token_wrong":
        return TokenWrong(name=name)
    if error.code == "file_unknown":
        return FileUnknown(name=name)
    if error.code == "file_pending":
        return FilePending(name=name, received="not all", chunks=request.shared.file.chunks)
    detail = str(error.details["detail"])
    return _problem(name, error.code.removeprefix("file_"), detail) or error


def _problem(name: str, state: str, cause: str | None) -> ClientError | None:
    if state == "failed":
        return FileFailed(name=name, cause=cause or "the server gives no reason.")
    if state == "expired":
        return FileExpired(name=name)
    if state == "removed":
        return FileRemoved(name=name)
    return None
