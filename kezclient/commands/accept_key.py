"""`kez-chat accept-key`: the decision about a key that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from kezclient.runtime import Runtime
    from kezclient.store.contacts import Contact


@command
def accept_key(
    run: Invocation,
    who: Annotated[str, typer.Argument(metavar="WHO", help="bob, @bob or bob@kez.lat.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask: I have checked the new safety number.")
    ] = False,
) -> None:
    """Show the old and the new key of WHO, and use the new one if you say so.

    A key changes when somebody starts anew, or when a server lies about it. Ask WHO by other means first.
    """
    from kezclient import clock
    from kezclient.errors import NoKeyChange
    from kezclient.runtime import Runtime
    from kezproto.safety_number import safety_number

    with Runtime(run) as runtime:
        contact = runtime.directory.refresh(runtime.directory.known(who), clock.now())
        if contact.offered is None:
            raise NoKeyChange(handle=str(contact.handle))
        own = runtime.profile.primary
        old_number = safety_number(own, contact.primary)
        new_number = safety_number(own, contact.offered)
        if not yes:
            run.show_secret(
                f"The key of {contact.handle}\n"
                f"  known so far    {contact.primary}\n    safety number {old_number}\n"
                f"  offered now     {contact.offered}\n    safety number {new_number}"
            )
            run.prompter.confirm(
                "Use the new key from now on?",
                what="A decision",
                instead="Compare the numbers, then give `--yes`.",
            )
        dropped = _accept(runtime, contact)
    document = {
        "handle": str(contact.handle),
        "old_primary": str(contact.primary),
        "new_primary": str(contact.offered),
        "old_safety_number": old_number,
        "new_safety_number": new_number,
        "failed_messages": dropped,
    }
    sentence = f"✓ The new key of {contact.handle} is used from now on; it counts as not verified."
    if dropped:
        sentence += f"\n  {len(dropped)} waiting messages were sealed for the old key; send them again."
    run.result(document, lambda console: console.print(sentence))


def _accept(runtime: Runtime, contact: Contact) -> list[str]:
    """Pin the offered key; messages that still wait for the old one fail visibly, and their ids are returned."""
    from kezclient import clock
    from kezclient.errors import KeyChanged

    if contact.offered is None:
        raise AssertionError("only an offered key can be accepted")
    cause = "It was sealed for the former key of the recipient; send it again."
    entry = runtime.registry.look_up(contact.handle)
    if entry.primary != contact.offered:
        raise KeyChanged(
            handle=str(contact.handle), known_key=str(contact.primary), offered_key=str(entry.primary)
        )
    failed = []
    with runtime.store.write():
        runtime.store.contacts.accept(contact, contact.offered, entry.sigchain_url, clock.now())
        for each in runtime.store.outbox.queued(limit=1_000_000):
            if each.recipient == contact.primary:
                runtime.store.outbox.failed(each.id, "former_key", cause)
                if each.purpose == "message":
                    runtime.store.messages.set_cause(
                        runtime.profile.primary, each.message_id, "failed", cause
                    )
                    failed.append(each.message_id)
        for upload in runtime.store.uploads.in_state("queued"):
            if upload.peer == contact.primary:
                runtime.store.uploads.failed(upload.id, "former_key", cause, clock.now())
    accepted = runtime.store.contacts.find(contact.handle)
    if accepted is not None:
        runtime.directory.watch_chain(accepted, clock.now())
    return failed
