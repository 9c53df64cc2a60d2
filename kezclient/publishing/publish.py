"""Putting files on the own list: each is uploaded first, and what waits is remembered until it is on the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.errors import ServerRefused
from kezclient.publishing.collection import Published, with_file
from kezclient.publishing.own_list import OwnList
from kezclient.publishing.serving import queue_offer, serve_what_is_listed
from kezclient.shared_errors import EmptyFile, EntryTooLarge, ListFull
from kezclient.sharing.announcing import is_final, token_of
from kezclient.sharing.chunked import seal_source
from kezproto.digests import digest_of
from kezproto.payloads import MAX_ATTACHMENT_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kezclient.runtime import Runtime
    from kezclient.sharing.sources import Source
    from kezclient.store.publications import Publication
    from kezclient.store.uploads import Upload
    from kezproto.handles import Handle
    from kezproto.keys import Primary

DROPPED = "dropped"


def queue_publication(
    runtime: Runtime, source: Source, readers: Mapping[Primary, Handle], note: str | None
) -> int:
    """Remember that the file is to go on the list for these readers, and its upload; the number of the publication.

    One that waits already, from a try that was broken off, is gone on with. Folders, and files above 10 MiB, go by
    Iroh. EmptyFile, and errors as `queue_offer`.
    """
    if source.folder is not None or source.size > MAX_ATTACHMENT_BYTES:
        runtime.run.note(
            f"{source.name} goes by Iroh: it can be fetched while `kez-chat serve` runs on this machine."
        )
        return queue_offer(runtime, source, readers, note)
    if source.size == 0:
        raise EmptyFile(name=source.name)
    waiting = _waiting(runtime, source)
    if waiting is not None:
        with runtime.store.write():
            runtime.store.publications.change(
                waiting.id, {**waiting.readers, **readers}, note if note is not None else waiting.note
            )
        return waiting.id
    sealed = seal_source(runtime, source)
    now = clock.now()
    with runtime.store.write():
        upload_id = runtime.store.uploads.add(
            file_id=sealed.file_id,
            peer=runtime.profile.primary,
            peer_handle=runtime.profile.handle,
            body=sealed.body,
            source=sealed.source,
            delivery_ids=sealed.delivery_ids,
            now=now,
            for_list=True,
        )
        return runtime.store.publications.add(
            upload_id=upload_id, body=sealed.body, readers=readers, note=note, now=now
        )


def settle(runtime: Runtime, *, rebuild: bool = False) -> list[Published]:
    """Put everything that is uploaded on the list, and repair it if need be; what is on it then.

    Errors as `OwnList.change`; what does not fit is forgotten.
    """
    ready, over = _ready(runtime)
    own = OwnList(runtime, rebuild=rebuild)
    _forget(runtime, over)
    if not ready and not rebuild:
        collection = own.read()
        serve_what_is_listed(runtime, collection)
        return collection
    publications = [publication for publication, _ in ready]
    try:
        collection = own.change(lambda before: _added(before, ready))
    except (ListFull, EntryTooLarge):
        _forget(runtime, publications)
        serve_what_is_listed(runtime, own.read())
        raise
    _forget(runtime, publications)
    serve_what_is_listed(runtime, collection)
    return collection


def _forget(runtime: Runtime, publications: Iterable[Publication]) -> None:
    with runtime.store.write():
        for publication in publications:
            runtime.store.publications.done(publication.id)


def _added(before: Sequence[Published], ready: Sequence[tuple[Publication, Published]]) -> list[Published]:
    after = list(before)
    for _, published in ready:
        after = with_file(after, published)
    return after


def _waiting(runtime: Runtime, source: Source) -> Publication | None:
    """The publication of the same content under the same name that is not on the list yet, and can still get there."""
    for publication in runtime.store.publications.all():
        upload = _upload_of(runtime, publication)
        if upload is None or upload.state == "failed" or upload.file.filename != source.name:
            continue
        if upload.file.size == source.size and upload.file.plain_digest == digest_of(source.read()):
            return publication
    return None


def _ready(runtime: Runtime) -> tuple[list[tuple[Publication, Published]], list[Publication]]:
    """What can go on the list, and what never will."""
    ready: list[tuple[Publication, Published]] = []
    over: list[Publication] = []
    for publication in runtime.store.publications.all():
        upload = _upload_of(runtime, publication)
        if upload is not None and upload.state == "failed" and upload.cause_code == DROPPED:
            over.append(publication)
        elif upload is None or upload.state == "ready":
            published = _published(runtime, publication, upload)
            if published is None:
                over.append(publication)
            else:
                ready.append((publication, published))
    return ready, over


def _published(runtime: Runtime, publication: Publication, upload: Upload | None) -> Published | None:
    """As it goes on the list, with the time until which the server keeps it; None, with a warning, if it no longer
    does."""
    expires_at = None
    if upload is not None:
        try:
            status = runtime.files.status(upload.file_id, token_of(upload))
        except ServerRefused as error:
            if not is_final(error) or error.details["status"] >= 500:
                raise
            status = None
        if status is None or status.state != "ready":
            runtime.run.warn(f"The server no longer keeps {publication.file.filename}. Publish it again.")
            return None
        expires_at = status.expires_at
    return Published(
        body=publication.body,
        readers=publication.readers,
        added_at=publication.given_at,
        note=publication.note,
        expires_at=expires_at,
    )


def _upload_of(runtime: Runtime, publication: Publication) -> Upload | None:
    return runtime.store.uploads.find(publication.upload_id) if publication.upload_id is not None else None
