"""The files of a profile, sent and received: one list out of messages, uploads and what was saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient.file_errors import NoSuchFile
from kezproto.bodies import FILE, FileBody, parse_body
from kezproto.digests import DIGEST_PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kezclient.store.messages import StoredMessage
    from kezclient.store.shares import Offered
    from kezclient.store.store import Store
    from kezclient.store.uploads import Upload
    from kezproto.handles import Handle
    from kezproto.keys import Primary

SHORT_REF = 8
LEAST_REF = 4


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file with its message, its upload, or both. `saved_to` is where it was last written on this device; `offered`
    is the share where this device serves it.

    `ref` names it to people, who type the first digits: the file's id where it goes by way of the server, the same on
    both sides, and its digest otherwise.
    """

    file: FileBody
    peer: Primary
    peer_handle: Handle | None
    name_state: str
    direction: str
    at: datetime
    message: StoredMessage | None = None
    upload: Upload | None = None
    saved_to: str | None = None
    offered: Offered | None = None

    @property
    def ref(self) -> str:
        return self.file.file_id or self.file.digest.removeprefix(DIGEST_PREFIX)

    @property
    def short_ref(self) -> str:
        return self.ref[:SHORT_REF]

    @property
    def state(self) -> str:
        """`received` or `saved`; of an upload `queued`, `sent`, `ready` or `failed`; of what this device serves
        `unshared` or `fetched`; else that of its message."""
        if self.direction == "in":
            return "saved" if self.saved_to else "received"
        if self.upload is not None:
            return self.upload.state
        if self.offered is not None and self.offered.share.unshared_at is not None:
            return "unshared"
        if self.offered is not None and self.offered.reader.fetched_at is not None:
            return "fetched"
        return self.message.state if self.message is not None else "queued"

    @property
    def cause(self) -> str | None:
        if self.upload is not None:
            return self.upload.cause
        return self.message.cause if self.message is not None else None

    @property
    def cause_code(self) -> str | None:
        return self.upload.cause_code if self.upload is not None else None


def file_of_message(store: Store, message: StoredMessage) -> SharedFile | None:
    """The file that a message carries; None if it carries none, or one of a kind that a newer client knows."""
    body = parse_body(message.body) if message.body_type == FILE else None
    if not isinstance(body, FileBody):
        return None
    return SharedFile(
        file=body,
        peer=message.peer,
        peer_handle=message.peer_handle,
        name_state=message.name_state,
        direction=message.direction,
        at=message.created_at,
        message=message,
        upload=store.uploads.of_message(message.id) if message.direction == "out" else None,
        saved_to=store.saved.path_of(message.sender, message.id),
        offered=store.shares.offered_by(message.id) if message.direction == "out" else None,
    )


def file_of_upload(store: Store, upload: Upload, own: Primary) -> SharedFile:
    """The file of an upload, with its message if it has one yet."""
    message = store.messages.find(own, upload.message_id) if upload.message_id else None
    return SharedFile(
        file=upload.file,
        peer=upload.peer,
        peer_handle=upload.peer_handle,
        name_state="pinned",
        direction="out",
        at=upload.queued_at,
        message=message,
        upload=upload,
    )


def all_files(store: Store, own: Primary, peers: Sequence[Primary] | None = None) -> list[SharedFile]:
    """Everything that was shared with, or by, these peers, oldest first."""
    found = [file_of_message(store, message) for message in store.messages.with_files(peers)]
    files = [each for each in found if each is not None]
    files += [file_of_upload(store, upload, own) for upload in store.uploads.without_message(peers)]
    return sorted(files, key=lambda each: each.at)


def pick(files: Sequence[SharedFile], which: str | None) -> SharedFile:
    """The newest file that came in, or the newest one of this name, or whose id begins so. NoSuchFile if none does.

    What came in goes before what was sent.
    """
    fetchable = [each for each in files if each.message is not None]
    if which is None:
        fitting = [each for each in fetchable if each.direction == "in"]
    else:
        fitting = [each for each in fetchable if _is_meant(each, which)]
    if not fitting:
        raise NoSuchFile(which=which or "nobody has sent you one yet")
    return max(fitting, key=lambda each: (each.direction == "in", each.at))


def _is_meant(shared: SharedFile, which: str) -> bool:
    begins = len(which) >= LEAST_REF and shared.ref.startswith(which.lower())
    return begins or shared.file.filename == which
