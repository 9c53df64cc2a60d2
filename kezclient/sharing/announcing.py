"""What the server is told of an upload, what it answers, and what that means for the upload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.errors import ServerRefused
from kezclient.sharing.chunked import spool_of
from kezproto.file_announcement import file_announcement_payload
from kezproto.file_chunks import access_digest, access_token
from kezproto.signed import sign

if TYPE_CHECKING:
    from kezclient.files_api import FileStatus
    from kezclient.runtime import Runtime
    from kezclient.store.uploads import Upload

TOO_MANY_REQUESTS = 429

# What no waiting changes, in the words of the sender's side.
CAUSES = {
    "digest_mismatch": "the chunks that arrived are not those that were announced.",
    "bad_chunk": "a chunk arrived damaged.",
    "timed_out": "the server waited too long for the rest of it.",
    "expired": "the server no longer keeps it.",
    "removed": "it was removed from the server.",
}


def token_of(upload: Upload) -> bytes:
    return access_token(upload.file.file_key or b"")


def announce(runtime: Runtime, upload: Upload) -> FileStatus:
    """Tell the server what will come, and who may fetch it. ServerUnreachable, ServerRefused, BadAnswer."""
    file = upload.file
    payload = file_announcement_payload(
        primary=runtime.profile.primary,
        server=runtime.profile.own_server,
        file_id=upload.file_id,
        size=file.size,
        digest=file.digest,
        access=access_digest(token_of(upload)),
        created_at=clock.now(),
    )
    return runtime.files.announce(sign("file_announcement", payload, runtime.identity.key))


def is_final(error: ServerRefused) -> bool:
    """Whether asking again would bring the same refusal; only "too many requests" passes by itself."""
    return bool(error.details["status"] != TOO_MANY_REQUESTS)


def note_status(runtime: Runtime, upload: Upload, status: FileStatus) -> None:
    """Write down what the server says of an upload whose chunks are all with the broker."""
    store, now = runtime.store, clock.now()
    with store.write():
        if status.state == "pending":
            store.uploads.note_received(upload.id, status.received)
        elif status.state == "ready":
            store.uploads.ready(upload.id, now)
        else:
            code = status.cause_code or status.state
            cause = CAUSES.get(code) or status.cause or "the server gives no reason."
            store.uploads.failed(upload.id, code, cause, now)
    if status.state == "ready":
        spool_of(runtime).remove(upload.file_id)
