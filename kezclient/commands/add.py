"""`kez-chat add`: somebody becomes a contact, with the key that the registry gives now."""

from __future__ import annotations

from typing import Annotated

import typer

from kezclient.command import command
from kezclient.invocation import Invocation


@command
def add(
    run: Invocation,
    who: Annotated[str, typer.Argument(metavar="WHO", help="bob, @bob or bob@kez.lat.")],
) -> None:
    """Look WHO up and remember their key.

    From now on this key counts: should the registry ever give another one, nothing is sent until you have decided.
    Sending to somebody adds them, too.
    """
    from kezclient import clock
    from kezclient.documents import contact_document
    from kezclient.errors import KeyChanged
    from kezclient.runtime import Runtime

    with Runtime(run) as runtime:
        now = clock.now()
        handle = runtime.directory.handle_of(who)
        is_new = runtime.store.contacts.find(handle) is None
        contact = runtime.directory.meet(handle, now)
        if not is_new:
            contact = runtime.directory.refresh(contact, now)
        if contact.offered is not None:
            raise KeyChanged(
                handle=str(handle), known_key=str(contact.primary), offered_key=str(contact.offered)
            )
        document = {"added": is_new, "contact": contact_document(contact, 0)}
        shown = handle.display(runtime.profile.own_server)
    sentence = f"✓ {shown} is a contact now." if is_new else f"✓ {shown} was a contact already; same key."
    run.result(
        document,
        lambda console: console.print(
            f"{sentence}\n  Key: {contact.primary}\n  Compare your safety numbers: kez-chat verify {shown}"
        ),
    )
