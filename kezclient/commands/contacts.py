"""`kez-chat contacts`: the people whose keys are known here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from rich.console import Console

    from kezclient.store.contacts import Contact


@command
def contacts(run: Invocation) -> None:
    """List your contacts: whose safety number was compared, who has news, whose key changed."""
    from kezclient.documents import contact_document
    from kezclient.runtime import Runtime

    with Runtime(run) as runtime:
        found = runtime.store.contacts.all()
        unread = runtime.store.messages.unread_by_peer()
        own_server = runtime.profile.own_server
    document = {"contacts": [contact_document(each, unread.get(each.primary.hex, 0)) for each in found]}
    run.result(document, lambda console: _print(console, found, unread, own_server))


def _print(console: Console, found: list[Contact], unread: dict[str, int], own_server: str) -> None:
    from kezclient.render import short_key

    if not found:
        console.print("No contacts yet. Add somebody with `kez-chat add WHO`.")
    width = max((len(each.handle.display(own_server)) for each in found), default=0)
    for each in found:
        remarks = ["verified" if each.verified_at else "not verified"]
        if unread.get(each.primary.hex):
            remarks.append(f"{unread[each.primary.hex]} unread")
        if each.offered is not None:
            remarks.append("KEY CHANGED: see `kez-chat accept-key`")
        console.print(
            f"{each.handle.display(own_server):<{width}}  {short_key(each.primary)}  {', '.join(remarks)}"
        )
