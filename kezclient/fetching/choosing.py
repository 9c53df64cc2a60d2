"""Which files `fetch` means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient.errors import BadHandleGiven, ContactUnknown, UsageFault
from kezclient.file_errors import NoSuchFile
from kezclient.files import all_files, pick
from kezclient.publishing.browsing import SEPARATOR, pick_shared

if TYPE_CHECKING:
    from kezclient.files import SharedFile
    from kezclient.runtime import Runtime
    from kezproto.keys import Primary


def choose_files(
    runtime: Runtime, who: str | None, which: str | None, *, everything: bool
) -> list[SharedFile]:
    """At least one file. A first word alone that is no contact's handle is taken for an id or a name; one with a slash
    means a file of that person's list of shared files."""
    if who is not None and SEPARATOR in who:
        if which is not None:
            raise UsageFault(
                sentence=f"Say which file of a list in one word: `{who.rstrip(SEPARATOR)}/{which}`."
            )
        return pick_shared(runtime, who, everything=everything)
    if everything and which is not None:
        raise UsageFault(sentence="Either `--all`, or the file that you name.")
    peers, which = _peers(runtime, who, which)
    if everything and which is not None:
        raise ContactUnknown(handle=which)
    files = all_files(runtime.store, runtime.profile.primary, peers)
    if not everything:
        return [pick(files, which)]
    new = [each for each in files if each.state == "received"]
    if not new:
        raise NoSuchFile(which="none that was not fetched before")
    return new


def _peers(runtime: Runtime, who: str | None, which: str | None) -> tuple[list[Primary] | None, str | None]:
    if who is None:
        return None, which
    try:
        return runtime.store.contacts.keys_of(runtime.directory.known(who)), which
    except (ContactUnknown, BadHandleGiven):
        if which is not None:
            raise
        return None, who
