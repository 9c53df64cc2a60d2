"""What is on the own list and goes by Iroh: offered by this machine to exactly those whom the list names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.errors import UsageFault
from kezclient.sharing.iroh import make_offer, whereabouts
from kezproto.bodies import iroh_file_body

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kezclient.publishing.collection import Published
    from kezclient.runtime import Runtime
    from kezclient.sharing.sources import Source
    from kezproto.handles import Handle
    from kezproto.keys import Primary

# An entry has little room; the first addresses are the best ones.
MOST_ADDRESSES = 6


def queue_offer(runtime: Runtime, source: Source, readers: Mapping[Primary, Handle], note: str | None) -> int:
    """Remember a share of the file or folder, and that it is to go on the list; the number of the publication.

    Errors: UsageFault for what is on no disk, FileUnreadable, IrohUnavailable, and what asking for the own sigchain
    raises.
    """
    if source.path is None:
        raise UsageFault(
            sentence="What comes by stdin can be published up to 10 MiB. Write it to a file first."
        )
    where = whereabouts(runtime)
    offer = make_offer(runtime, source)
    body = iroh_file_body(
        filename=source.name,
        mime=source.mime,
        size=offer.size,
        content=offer.content,
        ticket=offer.ticket(replace(where, addresses=where.addresses[:MOST_ADDRESSES])),
    )
    store, now = runtime.store, clock.now()
    with store.write():
        share = store.shares.add(
            key=offer.key,
            kind=offer.kind,
            name=source.name,
            size=offer.size,
            path=offer.path,
            blobs=offer.blobs,
            now=now,
            for_list=True,
        )
        store.shares.set_readers(share.id, readers)
        return store.publications.add(upload_id=None, body=body, readers=readers, note=note, now=now)


def serve_what_is_listed(runtime: Runtime, collection: Sequence[Published]) -> None:
    """Bring this machine's shares in line with the list, whichever device has changed it: who was taken off may no
    longer fetch, and what is not on it any more is not served."""
    store = runtime.store
    with store.write():
        waiting = {publication.file.digest for publication in store.publications.all()}
        listed = {each.file.digest: each for each in collection}
        for share in store.shares.served():
            if not share.for_list or share.content in waiting:
                continue
            published = listed.get(share.content)
            if published is None:
                store.shares.unshare(share.id, clock.now())
            else:
                store.shares.set_readers(share.id, published.readers)
