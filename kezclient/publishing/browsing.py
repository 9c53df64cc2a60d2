"""Looking at what a contact shares, and picking files of it to fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.errors import UsageFault
from kezclient.files import SharedFile
from kezclient.publishing.picking import fitting
from kezclient.publishing.shared_list import Owner, read_list
from kezclient.shared_errors import EntryUnknown

if TYPE_CHECKING:
    from kezclient.publishing.shared_list import OpenedList
    from kezclient.runtime import Runtime
    from kezclient.store.contacts import Contact
    from kezproto.shared_entries import SharedEntry

SEPARATOR = "/"


def list_of(runtime: Runtime, who: str) -> tuple[Contact, OpenedList | None]:
    """The contact, and what they share with this profile. KeyChanged, and errors as `read_list`."""
    contact = runtime.directory.for_sending(who, clock.now(), runtime.settings.refresh)
    whose = contact.handle.display(runtime.profile.own_server)
    return contact, read_list(runtime, Owner(contact.primary, contact.sigchain_url, whose))


def pick_shared(runtime: Runtime, given: str, *, everything: bool) -> list[SharedFile]:
    """The file that `bob/photo.jpg` or `bob/3fa2b1c0` means, the newest one if several bear the name; all that bob
    shares for `bob/` with `everything`. EntryUnknown."""
    who, _, which = given.partition(SEPARATOR)
    if bool(which) == everything:
        raise UsageFault(sentence=f"Say which file of {who}: `{who}/NAME`; or `{who}/` with `--all`.")
    contact, opened = list_of(runtime, who)
    entries = opened.entries if opened is not None else ()
    meant = list(entries) if everything else fitting(entries, which, lambda entry: entry.file)
    if not meant:
        raise EntryUnknown(
            whose=contact.handle.display(runtime.profile.own_server), entry=which or "anything"
        )
    if not everything:
        meant = [max(meant, key=lambda entry: entry.added_at)]
    return [_shared_file(contact, entry) for entry in meant]


def _shared_file(contact: Contact, entry: SharedEntry) -> SharedFile:
    return SharedFile(
        file=entry.file,
        peer=contact.primary,
        peer_handle=contact.handle,
        name_state="pinned",
        direction="in",
        at=entry.added_at,
    )
