"""Who is who: the registry's answers held against the pins."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kezclient.chain_watch import ChainWatch
from kezclient.errors import (
    BadAnswer,
    BadHandleGiven,
    ChainRewritten,
    ClientError,
    ContactUnknown,
    HandleUnknown,
    KeyChanged,
    SelfMessage,
    ServerRefused,
    ServerUnreachable,
)
from kezproto.errors import BadHandle
from kezproto.handles import Handle, parse_handle
from kezproto.timestamps import format_timestamp, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from kezclient.identity import Profile
    from kezclient.registry_api import RegistryApi, RegistryEntry
    from kezclient.sigchain_api import SigchainApi
    from kezclient.store.contacts import Contact
    from kezclient.store.store import Store
    from kezproto.keys import Primary

_NO_ANSWER = (ServerUnreachable, BadAnswer, ServerRefused)
_OWN_ENTRY = "own_entry"
MOST_BROKERS = 5  # nodes of one cluster that are tried


def parse_who(text: str, own_server: str) -> Handle:
    """What a person typed as a handle: `bob`, `@bob`, `Bob@kez.lat`. BadHandleGiven otherwise."""
    try:
        return parse_handle(text, own_server=own_server)
    except BadHandle as error:
        raise BadHandleGiven(given=text, reason=str(error)) from error


@dataclass(slots=True)
class Directory:
    """Look-ups for one profile. `warn` is called with sentences that the person should see."""

    profile: Profile
    store: Store
    registry: RegistryApi
    sigchains: SigchainApi
    warn: Callable[[str], None]

    def handle_of(self, who: str) -> Handle:
        """The handle of somebody else."""
        handle = parse_who(who, self.profile.own_server)
        if handle == self.profile.handle:
            raise SelfMessage(handle=str(handle))
        return handle

    def known(self, who: str) -> Contact:
        """A contact, without asking anybody. ContactUnknown if there is none."""
        handle = self.handle_of(who)
        contact = self.store.contacts.find(handle)
        if contact is None:
            raise ContactUnknown(handle=str(handle))
        return contact

    def meet(self, handle: Handle, now: datetime) -> Contact:
        """The contact, pinned now if this is the first time. Errors as `RegistryApi.look_up`."""
        contact = self.store.contacts.find(handle)
        if contact is not None:
            return contact
        entry = self.registry.look_up(handle)
        contact = self.store.contacts.pin(handle, entry.primary, entry.sigchain_url, now)
        self.watch_chain(contact, now)
        return contact

    def refresh(self, contact: Contact, now: datetime) -> Contact:
        """Ask the registry again and write down what it says; errors as `RegistryApi.look_up`."""
        entry = self.registry.look_up(contact.handle)
        noted = self.store.contacts.note_answer(contact.handle, entry.primary, entry.sigchain_url, now)
        contact = noted or contact
        if contact.offered is None:
            self.watch_chain(contact, now)
        return contact

    def for_sending(self, who: str, now: datetime, max_age: timedelta) -> Contact:
        """A contact that may be written to. KeyChanged while another key is offered for it.

        The registry is asked if its last answer is older than `max_age`; with the registry down the pinned key is
        as good as before.
        """
        handle = self.handle_of(who)
        contact = self.meet(handle, now)
        if now - contact.checked_at > max_age or contact.offered is not None:
            try:
                contact = self.refresh(contact, now)
            except HandleUnknown:
                self.warn(f"The registry no longer knows {handle}; the key that you know is used.")
            except _NO_ANSWER as error:
                self.warn(f"{error} The key of {handle} that you know is used.")
        if contact.offered is not None:
            raise KeyChanged(
                handle=str(handle), known_key=str(contact.primary), offered_key=str(contact.offered)
            )
        return contact

    def watch_chain(self, contact: Contact, now: datetime) -> None:
        """Fetch and pin the contact's sigchain; contradictions are warned of, an absent service is not."""
        try:
            state = self.sigchains.fetch(contact.sigchain_url, contact.primary)
            ChainWatch(self.store).take(state, whose=str(contact.handle), now=now)
        except (ChainRewritten, BadAnswer) as error:
            self.warn(str(error))
        except (ServerUnreachable, ServerRefused):
            return

    def name_of(self, sender: Primary, claimed: Handle, now: datetime, max_age: timedelta) -> str:
        """Whether `sender` may be shown under the handle that it claims: "pinned" (now or before), "unchecked"
        (nobody could be asked), or "unverified" (the name belongs to another key, or to nobody)."""
        contact = self.store.contacts.find(claimed)
        try:
            if contact is None:
                return self._meet_sender(sender, claimed, now)
            if contact.primary != sender or now - contact.checked_at > max_age:
                self._refresh_sender(contact, now)
        except HandleUnknown:
            return "unverified" if contact is None or contact.primary != sender else "pinned"
        except _NO_ANSWER:
            if contact is None:
                return "unchecked"
        return "pinned" if contact.primary == sender else "unverified"

    def _meet_sender(self, sender: Primary, claimed: Handle, now: datetime) -> str:
        entry = self.registry.look_up(claimed)
        if entry.primary != sender:
            return "unverified"
        self.watch_chain(self.store.contacts.pin(claimed, entry.primary, entry.sigchain_url, now), now)
        return "pinned"

    def _refresh_sender(self, contact: Contact, now: datetime) -> None:
        was_offered = contact.offered
        contact = self.refresh(contact, now)
        if contact.offered is not None and contact.offered != was_offered:
            self.warn(str(KeyChanged(handle=str(contact.handle))))

    # The own entry -----------------------------------------------------------------------------------

    def note_own_entry(self, entry: RegistryEntry, now: datetime) -> None:
        document = {
            "nats_urls": list(entry.nats_urls),
            "sigchain_url": entry.sigchain_url,
            "checked_at": format_timestamp(now),
        }
        self.store.set_setting(_OWN_ENTRY, json.dumps(document))

    def own_sigchain_url(self) -> str | None:
        document = self._own_entry()
        return str(document["sigchain_url"]) if document else None

    def nats_urls(self, now: datetime, max_age: timedelta) -> list[str]:
        """Where the broker is: KEZ_CHAT_NATS_URL, else what the registry says, else what it said last.

        The own sigchain is looked at on the same occasion.
        """
        override = os.environ.get("KEZ_CHAT_NATS_URL")
        document = self._own_entry()
        if document is None or now - parse_timestamp(document["checked_at"]) > max_age:
            try:
                self.refresh_own(now)
            except (HandleUnknown, *_NO_ANSWER) as error:
                if document is None and not override:
                    raise
                self.warn(f"{error} The addresses known from before are used.")
            document = self._own_entry()
        urls = [override] if override else list(document["nats_urls"]) if document else []
        if not urls:
            raise BadAnswer(url=self.registry.url, reason="it names no NATS server for your handle")
        return urls[:MOST_BROKERS]

    def refresh_own(self, now: datetime) -> RegistryEntry:
        """Ask for the own entry; BadAnswer if it carries another key than ours."""
        entry = self.registry.look_up(self.profile.handle)
        if entry.primary != self.profile.primary:
            raise BadAnswer(
                url=self.registry.url, reason=f"it gives another key than yours for {self.profile.handle}"
            )
        self.note_own_entry(entry, now)
        try:
            state = self.sigchains.fetch(entry.sigchain_url, entry.primary)
            ChainWatch(self.store).take(state, whose="your own handle", now=now)
        except ClientError as error:
            self.warn(str(error))
        return entry

    def _own_entry(self) -> dict[str, Any] | None:
        text = self.store.setting(_OWN_ENTRY)
        document: dict[str, Any] | None = json.loads(text) if text else None
        return document
