"""Looking at what a contact shares, and picking files of it to fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.directory import parse_who
from kezclient.errors import UsageFault
from kezclient.files import SharedFile
from kezclient.publishing.own_list import own_owner
from kezclient.publishing.picking import fitting
from kezclient.publishing.shared_list import Owner, read_list
from kezclient.shared_errors import EntryUnknown

if TYPE_CHECKING:
    from kezclient.publishing.shared_list import OpenedList
    from kezclient.runtime import Runtime
    from kezclient.store.contacts import Contact
    from kezproto.handles import Handle
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
    handle, entries = _entries_of(runtime, who)
    meant = entries if everything else fitting(entries, which, lambda entry: entry.file)
    if not meant:
        raise EntryUnknown(whose=handle.display(runtime.profile.own_server), entry=which or "anything")
    if not everything:
        meant = [max(meant, key=lambda entry: entry.added_at)]
    direction = "out" if handle == runtime.profile.handle else "in"
    return [
        SharedFile(
            file=entry.file,
            peer=entry.owner,
            peer_handle=handle,
            name_state="pinned",
            direction=direction,
            at=entry.added_at,
        )
        for entry in meant
    ]


def _entries_of(runtime: Runtime, who: str) -> tuple[Handle, list[SharedEntry]]:
    """Of somebody's list, or of the own one, which another device may have made; each file once."""
    profile = runtime.profile
    if parse_who(who, profile.own_server) == profile.handle:
        handle, opened = profile.handle, read_list(runtime, own_owner(runtime))
    else:
        contact, opened = list_of(runtime, who)
        handle = contact.handle
    entries = opened.entries if opened is not None else ()
    return handle, list({entry.file.digest: entry for entry in entries}.values())
