"""Files and folders of any size, fetched from this machine by Iroh."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.compose import Composer
from kezclient.errors import LocalDataFault
from kezclient.file_errors import FileUnreadable, IrohUnavailable
from kezclient.iroh.faults import CannotBind, ChangedSince
from kezclient.iroh.node_keys import settle_node_key
from kezclient.iroh.offering import offer_file, offer_folder
from kezclient.iroh.standing import last_whereabouts, serving_lock, standing_node
from kezclient.progress import progress_of
from kezclient.sharing.queued import Queued
from kezproto.bodies import iroh_file_body

if TYPE_CHECKING:
    from kezclient.iroh.iroh_node import Whereabouts
    from kezclient.iroh.offering import Offer
    from kezclient.runtime import Runtime
    from kezclient.sharing.choosing import Choice
    from kezclient.sharing.sources import Source
    from kezclient.store.contacts import Contact
    from kezproto.keys import SigningKey


def queue_iroh(runtime: Runtime, contact: Contact, source: Source, choice: Choice) -> Queued:
    """Offer the file to the contact and queue the message that points to it: both, or neither."""
    where = whereabouts(runtime)
    offer = make_offer(runtime, source)
    body = iroh_file_body(
        filename=source.name,
        mime=source.mime,
        size=offer.size,
        content=offer.content,
        ticket=offer.ticket(where),
    )
    store = runtime.store
    with store.write():
        message = Composer(runtime.identity, store).queue_file(contact.primary, contact.handle, body)
        share = store.shares.add(
            key=offer.key,
            kind=offer.kind,
            name=source.name,
            size=offer.size,
            path=offer.path,
            blobs=offer.blobs,
            now=clock.now(),
        )
        store.shares.add_reader(share.id, contact.primary, contact.handle, message.id)
    return Queued(source, choice, message_id=message.id)


def make_offer(runtime: Runtime, source: Source) -> Offer:
    """Read the file or folder once, with a bar. FileUnreadable if that cannot be done."""
    if source.path is None:
        raise AssertionError("what came by stdin does not go by Iroh")
    path, what = source.path, f"Reading {source.name}"
    try:
        with progress_of(runtime.run) as progress:

            def show(done: int) -> None:
                progress.show(what, done, source.size)

            if source.folder is not None:
                return offer_folder(source.folder, show)
            return offer_file(path, show)
    except ChangedSince as error:
        raise FileUnreadable(path=str(path), reason=f"{error}. Share it again.") from error
    except OSError as error:
        where = str(error.filename or path)
        raise FileUnreadable(path=where, reason=error.strerror or str(error)) from error


def whereabouts(runtime: Runtime) -> Whereabouts:
    """Where this profile's node is, or will be when it serves again. IrohUnavailable if it can be nowhere."""
    key = settle_node_key(runtime)
    with serving_lock(runtime.folders.serve_lock) as held:
        if held:
            try:
                return asyncio.run(_look(runtime, key))
            except CannotBind as error:
                raise IrohUnavailable(reason=str(error)) from error
    found = last_whereabouts(runtime.store)
    if found is None:
        raise LocalDataFault(
            path=str(runtime.folders.serve_lock), reason="another process just holds it; try again"
        )
    return found


async def _look(runtime: Runtime, key: SigningKey) -> Whereabouts:
    async with standing_node(runtime.store, key, runtime.settings.iroh) as node:
        return node.whereabouts()
