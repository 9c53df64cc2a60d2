"""The own list of shared files: read, repaired, and changed. A list is committed on the sigchain, then handed in.

Before it is committed it is stored here. So whatever dies in between, the next command finds that the chain names a
list that the server does not have, and hands it in.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock

from kezclient import clock
from kezclient.errors import BadAnswer, ServerRefused, ServerUnreachable
from kezclient.own_chain import append_event
from kezclient.publishing.collection import Published, collected, sealed
from kezclient.publishing.shared_list import (
    Owner,
    commitment_of,
    fetched_list,
    opened,
    read_with_chain,
    watched_chain,
)
from kezclient.shared_errors import (
    ListBusy,
    ListMissing,
    ListReplaced,
    ListWaits,
    OwnListMissing,
    OwnListUnreadable,
)
from kezclient.store.shared_lists import MadeList
from kezproto.chain_operations import SET_SHARED_FILES, shared_files_body
from kezproto.shared_files import shared_files_payload, verify_shared_files
from kezproto.signed import sign

if TYPE_CHECKING:
    from kezclient.publishing.shared_list import OpenedList
    from kezclient.runtime import Runtime
    from kezproto.chain_state import ChainState

TRIES = 4
PAUSE_SECONDS = 0.5

# Another device was quicker.
_CONFLICTS = frozenset({"chain_wrong_seq", "chain_wrong_prev", "not_committed", "older_version"})
_TOO_MANY_REQUESTS = 429

Change = Callable[[Sequence[Published]], list[Published]]


@dataclass(slots=True)
class OwnList:
    """For one profile. `rebuild`: where the list that the chain names is lost, go on from the one that is there."""

    runtime: Runtime
    rebuild: bool = False
    # The highest number that the server is known to have.
    _known: int = 0
    _rebuilt: bool = False

    def read(self) -> list[Published]:
        """What is on the list, after handing in what was not. Errors as `read_list`, OwnListMissing, ListWaits."""
        with self._locked():
            return self._read()[1]

    def change(self, change: Change) -> list[Published]:
        """Make the next list out of this one, commit it, and hand it in; what is on it then.

        `change` is asked again where another device was quicker; what changes nothing goes nowhere. Errors as `read`,
        ListFull, EntryTooLarge, ListBusy.
        """
        with self._locked():
            for attempt in range(1, TRIES + 1):
                state, before = self._read()
                after = change(before)
                if (after == before and not self._rebuilt) or self._publish(state, after):
                    return after
                time.sleep(PAUSE_SECONDS * attempt)
        raise ListBusy

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with FileLock(self.runtime.folders.own_list_lock, mode=0o600, is_singleton=False):
            yield

    @property
    def _owner(self) -> Owner:
        return own_owner(self.runtime)

    def _read(self) -> tuple[ChainState, list[Published]]:
        """The list, and the chain that the next one is committed on."""
        owner = self._owner
        self._hand_in_what_waits(watched_chain(self.runtime, owner))
        try:
            state, listed = read_with_chain(self.runtime, owner)
        except (ListMissing, ListReplaced) as error:
            if not self.rebuild:
                raise OwnListMissing from error
            state, listed = watched_chain(self.runtime, owner), self._what_is_there(owner)
            self._rebuilt = True
        if listed is None:
            return state, []
        if listed.refused and not self.rebuild:
            raise OwnListUnreadable(reason=listed.refused[0])
        self._rebuilt = self._rebuilt or bool(listed.refused)
        return state, collected(listed.entries)

    def _what_is_there(self, owner: Owner) -> OpenedList | None:
        """The list that the server has, which the chain has replaced."""
        there = fetched_list(self.runtime, owner)
        if there is None:
            return None
        self._known = max(self._known, there.version_no)
        return opened(there, self.runtime.identity.key)

    def _hand_in_what_waits(self, state: ChainState) -> None:
        if state.shared_files is None:
            return
        made = self.runtime.store.shared_lists.made(state.shared_files.manifest)
        if made is not None:
            self._unless_another_was_quicker(lambda: self._hand_in(made))

    def _publish(self, state: ChainState, collection: Sequence[Published]) -> bool:
        """Whether this is the list now; False if another device was quicker."""
        made = self._made(collection)
        with self.runtime.store.write():
            self.runtime.store.shared_lists.keep_made(made, clock.now())
        done = self._unless_another_was_quicker(
            lambda: self._commit(state, made), lambda: self._hand_in(made)
        )
        self._rebuilt = self._rebuilt and not done
        return done

    def _unless_another_was_quicker(self, *steps: Callable[[], None]) -> bool:
        try:
            for step in steps:
                step()
        except ServerRefused as error:
            if error.code not in _CONFLICTS:
                raise
            return False
        return True

    def _made(self, collection: Sequence[Published]) -> MadeList:
        primary, lists = self.runtime.profile.primary, self.runtime.store.shared_lists
        entries = sealed(collection, primary)
        # Who sees lists come and go learns nothing from the places of entries.
        secrets.SystemRandom().shuffle(entries)
        pin = lists.pin_of(primary)
        version_no = max(pin.version_no if pin else 0, lists.highest_made(), self._known) + 1
        payload = shared_files_payload(
            primary=primary, version_no=version_no, entries=entries, created_at=clock.now()
        )
        document = sign("shared_files", payload, self.runtime.identity.key)
        manifest = commitment_of(verify_shared_files(document)).manifest
        return MadeList(manifest, version_no, document)

    def _commit(self, state: ChainState, made: MadeList) -> None:
        body = shared_files_body(commitment_of(verify_shared_files(made.document)))
        key, url = self.runtime.identity.key, self._owner.sigchain_url
        with _waiting():
            append_event(self.runtime.sigchains, url, state, key, SET_SHARED_FILES, body)

    def _hand_in(self, made: MadeList) -> None:
        """The chain commits to it. ListWaits if the server cannot take it now."""
        with _waiting():
            self.runtime.files.put_shared_files(self.runtime.profile.primary, made.document)
        self._confirm(made.version_no, made.manifest)

    def _confirm(self, version_no: int, manifest: str) -> None:
        lists = self.runtime.store.shared_lists
        with self.runtime.store.write():
            lists.pin(self.runtime.profile.primary, version_no, manifest, clock.now())
            lists.confirmed(version_no)


def own_owner(runtime: Runtime) -> Owner:
    """Oneself, as the owner of a list. Errors as `Directory.refresh_own`, if the own chain's address is not known."""
    url = runtime.directory.own_sigchain_url() or runtime.directory.refresh_own(clock.now()).sigchain_url
    return Owner(runtime.profile.primary, url, "your own handle")


@contextmanager
def _waiting() -> Iterator[None]:
    """What is out of reach leaves the list here, to go on with later."""
    try:
        yield
    except (ServerUnreachable, BadAnswer) as error:
        raise ListWaits(reason=str(error)) from error
    except ServerRefused as error:
        if error.details["status"] < 500 and error.details["status"] != _TOO_MANY_REQUESTS:
            raise
        raise ListWaits(reason=str(error)) from error
