"""Reading somebody's list of shared files. The server is not believed: the owner's sigchain says which list it is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.chain_watch import ChainWatch
from kezclient.shared_errors import ListForged, ListMissing, ListNotCommitted, ListOlder, ListReplaced
from kezproto.chain_operations import SharedFiles
from kezproto.digests import digest_of
from kezproto.errors import CannotDecrypt, ProtocolError
from kezproto.shared_entries import open_shared_entry
from kezproto.shared_files import verify_shared_files

if TYPE_CHECKING:
    from datetime import datetime

    from kezclient.errors import ClientError
    from kezclient.runtime import Runtime
    from kezproto.chain_state import ChainState
    from kezproto.keys import Primary, SigningKey
    from kezproto.shared_entries import SharedEntry
    from kezproto.shared_files import SharedFilesList

TRIES = 3
PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose list is read. `whose` names them to people."""

    primary: Primary
    sigchain_url: str
    whose: str


@dataclass(frozen=True, slots=True)
class OpenedList:
    """A list that holds, and its entries for this profile. `refused`: why entries that open could not be taken."""

    version_no: int
    created_at: datetime
    entries: tuple[SharedEntry, ...]
    refused: tuple[str, ...]


def read_list(runtime: Runtime, owner: Owner) -> OpenedList | None:
    """What the owner shares with this profile; None if they have no list.

    Errors: ServerUnreachable, ServerRefused, BadAnswer, ChainRewritten, and those of `shared_errors`. A list that its
    owner is just replacing is asked for again.
    """
    return read_with_chain(runtime, owner)[1]


def read_with_chain(runtime: Runtime, owner: Owner) -> tuple[ChainState, OpenedList | None]:
    """The list as `read_list`, and the chain that commits to it."""
    for attempt in range(1, TRIES + 1):
        state = watched_chain(runtime, owner)
        if state.shared_files is None:
            return state, None
        listed = fetched_list(runtime, owner)
        problem = contradiction(owner, state, listed)
        if problem is None and listed is not None:
            _check_pin(runtime, owner, listed)
            return state, opened(listed, runtime.identity.key)
        if problem is not None and attempt == TRIES:
            raise problem
        time.sleep(PAUSE_SECONDS)
    raise AssertionError("the last try returns or raises")


def watched_chain(runtime: Runtime, owner: Owner) -> ChainState:
    """The owner's chain as the service gives it now, compared with what was seen before. ChainRewritten."""
    state = runtime.sigchains.fetch(owner.sigchain_url, owner.primary)
    ChainWatch(runtime.store).take(state, whose=owner.whose, now=clock.now())
    return state


def fetched_list(runtime: Runtime, owner: Owner) -> SharedFilesList | None:
    """What the server has, with form, signature and owner checked. ListForged."""
    document = runtime.files.shared_files(owner.primary)
    if document is None:
        return None
    try:
        listed = verify_shared_files(document)
    except ProtocolError as error:
        raise ListForged(whose=owner.whose, reason=str(error)) from error
    if listed.primary != owner.primary:
        raise ListForged(whose=owner.whose, reason="it is signed by another key.")
    return listed


def contradiction(owner: Owner, state: ChainState, listed: SharedFilesList | None) -> ClientError | None:
    """What is wrong with the list by a chain that commits to one; None if nothing is."""
    if listed is None:
        return ListMissing(whose=owner.whose)
    found = commitment_of(listed)
    if found == state.shared_files:
        return None
    earlier = {event.operand for event in state.events if isinstance(event.operand, SharedFiles)}
    return ListReplaced(whose=owner.whose) if found in earlier else ListNotCommitted(whose=owner.whose)


def commitment_of(listed: SharedFilesList) -> SharedFiles:
    """What a sigchain says of this list."""
    return SharedFiles(manifest=digest_of(listed.canonical), size=len(listed.canonical))


def opened(listed: SharedFilesList, key: SigningKey) -> OpenedList:
    """Try the key on every entry; those of others do not open."""
    entries: list[SharedEntry] = []
    refused: list[str] = []
    for sealed in listed.entries:
        try:
            entries.append(open_shared_entry(sealed, key, owner=listed.primary))
        except CannotDecrypt:
            continue
        except ProtocolError as error:
            refused.append(str(error))
    return OpenedList(listed.version_no, listed.created_at, tuple(entries), tuple(refused))


def _check_pin(runtime: Runtime, owner: Owner, listed: SharedFilesList) -> None:
    """ListOlder if a newer list of this owner was seen, or another one with the same number."""
    lists, manifest = runtime.store.shared_lists, digest_of(listed.canonical)
    with runtime.store.write():
        pin = lists.pin_of(owner.primary)
        known = (pin.version_no, pin.manifest) if pin is not None else (0, "")
        if listed.version_no <= known[0] and (listed.version_no, manifest) != known:
            raise ListOlder(whose=owner.whose, version_no=listed.version_no, known=known[0])
        lists.pin(owner.primary, listed.version_no, manifest, clock.now())
