"""Where this profile's node stands: the port that it keeps, and what tickets say of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from kezclient.iroh.faults import CannotBind
from kezclient.iroh.iroh_node import IrohNode, Whereabouts, bound
from kezproto.keys import Primary

if TYPE_CHECKING:
    from kezclient.iroh.settings import IrohSettings
    from kezclient.store.store import Store
    from kezproto.keys import SigningKey

_WHERE, _PORT = "iroh_whereabouts", "iroh_port"


@contextmanager
def serving_lock(path: Path) -> Iterator[bool]:
    """Whether this process may serve: one of a profile may. The system lets go of the lock when a process dies."""
    lock = FileLock(path, mode=0o600, is_singleton=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


@asynccontextmanager
async def standing_node(store: Store, key: SigningKey, settings: IrohSettings) -> AsyncIterator[IrohNode]:
    """The node that serves, on the port of the last time if that is free: tickets name it. CannotBind where nothing
    is free."""
    async with AsyncExitStack() as stack:
        kept = int(store.setting(_PORT) or 0)
        try:
            node = await stack.enter_async_context(bound(key, settings, port=kept))
        except CannotBind:
            if kept == 0 or settings.port is not None:
                raise
            node = await stack.enter_async_context(bound(key, settings))
        note_whereabouts(store, node)
        yield node


def note_whereabouts(store: Store, node: IrohNode) -> None:
    """Write down where the node is now, unless that is known."""
    where = node.whereabouts()
    text = json.dumps({"node": where.node.hex, "addresses": list(where.addresses), "relay": where.relay})
    for name, value in ((_WHERE, text), (_PORT, str(node.port))):
        if store.setting(name) != value:
            store.set_setting(name, value)


def last_whereabouts(store: Store) -> Whereabouts | None:
    """Where the node was last; None if it never was anywhere."""
    text = store.setting(_WHERE)
    if text is None:
        return None
    found = json.loads(text)
    return Whereabouts(Primary.from_hex(found["node"]), tuple(found["addresses"]), found["relay"])
