"""Serving the shares of a profile: the node, who may ask it, and where it is written down who has fetched what."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.errors import ClientError
from kezclient.iroh.answering import Answerer
from kezclient.iroh.lane import lane_rule
from kezclient.iroh.people import KnownChain, People
from kezclient.iroh.serving import BlobServer
from kezclient.iroh.standing import note_whereabouts, standing_node
from kezproto.sigchain import replay

if TYPE_CHECKING:
    from kezclient.directory import Directory
    from kezclient.iroh.iroh_node import IrohNode
    from kezclient.iroh.transfers import Watcher
    from kezclient.runtime import Runtime
    from kezclient.store.store import Store
    from kezproto.chain_state import ChainState
    from kezproto.handles import Handle
    from kezproto.keys import Primary, SigningKey

LOOK_SECONDS = 15.0
THREADS = min(4, (os.cpu_count() or 1) + 1)


async def serve(
    runtime: Runtime,
    key: SigningKey,
    watcher: Watcher,
    until: asyncio.Event,
    ready: Callable[[IrohNode], None],
) -> None:
    """Serve everything that is shared, also what other processes share meanwhile, until `until` is set.

    The caller holds the serving lock. `ready` is called when the node can be reached. CannotBind if it cannot.
    """
    with ThreadPoolExecutor(THREADS, thread_name_prefix="seal") as executor:
        async with standing_node(runtime.store, key, runtime.settings.iroh) as node:
            server = BlobServer(node, people_of(runtime), _answerer(runtime, watcher, executor))
            tasks = {
                asyncio.create_task(server.run()),
                asyncio.create_task(_keep_noting(runtime.store, node)),
                asyncio.create_task(until.wait()),
            }
            ready(node)
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)


def people_of(runtime: Runtime) -> People:
    """Who may fetch from this profile, by its contacts' pinned sigchains."""
    own, handle = runtime.profile.primary, runtime.profile.handle

    def persons() -> dict[Primary, Handle]:
        return {**runtime.store.shares.all_readers(), own: handle}

    def refresh(handles: list[Handle]) -> None:
        runtime.with_directory(lambda directory: _refresh(directory, handles))

    return People(persons, pinned_chains(runtime.store), refresh, runtime.settings.refresh)


def pinned_chains(store: Store) -> Callable[[Primary], KnownChain | None]:
    """Looks up the chain that is pinned for somebody; each is replayed once, as long as its head stays."""
    replayed: dict[Primary, ChainState] = {}

    def chain(primary: Primary) -> KnownChain | None:
        pin = store.chains.find(primary)
        if pin is None:
            return None
        state = replayed.get(primary)
        if state is None or state.head != pin.head:
            state = replayed[primary] = replay(primary, store.chains.documents(primary))
        return KnownChain(state, pin.checked_at)

    return chain


def _refresh(directory: Directory, handles: list[Handle]) -> None:
    for handle in handles:
        with suppress(ClientError):
            if handle == directory.profile.handle:
                directory.refresh_own(clock.now())
            elif (contact := directory.store.contacts.find(handle)) is not None:
                directory.refresh(contact, clock.now())


def _answerer(runtime: Runtime, watcher: Watcher, executor: ThreadPoolExecutor) -> Answerer:
    store = runtime.store

    def note_fetched(share_id: int, reader: Primary) -> bool:
        with store.write():
            return store.shares.note_fetched(share_id, reader, clock.now())

    settings = runtime.settings.iroh
    return Answerer(
        store.shares,
        runtime.profile.primary,
        note_fetched,
        executor,
        watcher,
        lanes=lane_rule(settings.host) if settings.lane else None,
    )


async def _keep_noting(store: Store, node: IrohNode) -> None:
    """A machine moves from network to network; the next ticket says where it is then."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        note_whereabouts(store, node)
