"""Files of up to 10 MiB, which go to the server in sealed chunks: sealed once, and kept until they are there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kezclient import clock
from kezclient.errors import ClientError
from kezclient.sharing.queued import Queued
from kezclient.sharing.sources import open_source
from kezclient.sharing.spool import Spool
from kezproto.bodies import chunked_file_body
from kezproto.digests import digest_of, digest_of_parts
from kezproto.file_chunks import sealed_chunks
from kezproto.stream import ID_BYTES, KEY_BYTES

if TYPE_CHECKING:
    from kezclient.runtime import Runtime
    from kezclient.sharing.choosing import Choice
    from kezclient.sharing.sources import Source
    from kezclient.store.contacts import Contact
    from kezclient.store.uploads import Upload

ORPHAN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class SealedSource:
    """A file whose sealed chunks are kept here; `body` leads to it. `source`: the path that it was read from."""

    file_id: str
    body: dict[str, Any] = field(repr=False)
    source: str | None
    delivery_ids: list[str]


def spool_of(runtime: Runtime) -> Spool:
    return Spool(runtime.folders.uploads)


def queue_chunked(runtime: Runtime, contact: Contact, source: Source, choice: Choice) -> Queued:
    """Remember the upload of the file for the contact; its message is made when its chunks are out."""
    sealed = seal_source(runtime, source)
    upload_id = runtime.store.uploads.add(
        file_id=sealed.file_id,
        peer=contact.primary,
        peer_handle=contact.handle,
        body=sealed.body,
        source=sealed.source,
        delivery_ids=sealed.delivery_ids,
        now=clock.now(),
    )
    return Queued(source, choice, upload_id=upload_id)


def seal_source(runtime: Runtime, source: Source) -> SealedSource:
    """Seal the file under a key of its own, and keep the sealed chunks. FileUnreadable, LocalDataFault."""
    data = source.read()
    file_id, file_key = secrets.token_hex(ID_BYTES), secrets.token_bytes(KEY_BYTES)
    chunks = list(sealed_chunks(data, file_key=file_key, file_id=file_id))
    body = chunked_file_body(
        filename=source.name,
        mime=source.mime,
        size=len(data),
        digest=digest_of_parts(chunks),
        plain_digest=digest_of(data),
        file_id=file_id,
        file_key=file_key,
    )
    spool = spool_of(runtime)
    spool.sweep(runtime.store.uploads.file_ids(), older_than=clock.now().timestamp() - ORPHAN_SECONDS)
    spool.write(file_id, chunks)
    return SealedSource(
        file_id=file_id,
        body=body,
        source=str(source.path) if source.path is not None else None,
        delivery_ids=[clock.new_delivery_id() for _ in chunks],
    )


def seal_again(runtime: Runtime, upload: Upload) -> bool:
    """Whether the sealed chunks are what was announced, if need be made again from the original.

    The same file under the same key gives the same chunks; another content must never be sealed under it, so the
    digest of the original is compared first.
    """
    file, spool = upload.file, spool_of(runtime)
    if spool.holds(upload.file_id, file.size, file.digest):
        return True
    if upload.source is None or file.file_key is None:
        return False
    try:
        data = open_source(str(Path(upload.source)), file.filename).read()
    except ClientError:
        return False
    if digest_of(data) != file.plain_digest:
        return False
    spool.write(upload.file_id, sealed_chunks(data, file_key=file.file_key, file_id=upload.file_id))
    return True
