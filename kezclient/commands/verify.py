"""`kez-chat verify`: the safety number of two people."""

from __future__ import annotations

from typing import Annotated

import typer

from kezclient.command import command
from kezclient.invocation import Invocation


@command
def verify(
    run: Invocation,
    who: Annotated[str, typer.Argument(metavar="WHO", help="bob, @bob or bob@kez.lat.")],
    mark: Annotated[
        bool, typer.Option("--mark", help="We compared it and it is the same: remember that.")
    ] = False,
) -> None:
    """Show the safety number that you and WHO share.

    Compare it over another channel: in person, on the phone. If it is the same on both sides, nobody sits between
    you.
    """
    from dataclasses import replace

    from kezclient import clock
    from kezclient.errors import KeyChanged
    from kezclient.runtime import Runtime
    from kezproto.safety_number import safety_number

    with Runtime(run) as runtime:
        contact = runtime.directory.known(who)
        if mark and contact.offered is not None:
            raise KeyChanged(
                handle=str(contact.handle), known_key=str(contact.primary), offered_key=str(contact.offered)
            )
        if mark:
            now = clock.now()
            runtime.store.contacts.mark_verified(contact.handle, now)
            contact = replace(contact, verified_at=now)
        number = safety_number(runtime.profile.primary, contact.primary)
    is_verified = contact.verified_at is not None
    document = {
        "handle": str(contact.handle),
        "primary": str(contact.primary),
        "safety_number": number,
        "verified": is_verified,
        "offered_primary": str(contact.offered) if contact.offered else None,
    }
    groups = number.split()
    lines = ["  " + " ".join(groups[row : row + 4]) for row in range(0, 12, 4)]
    state = "compared and marked as verified" if is_verified else "not compared yet; then: --mark"
    if contact.offered is not None:
        state += ". The registry gives ANOTHER key now: kez-chat accept-key"
    run.result(
        document,
        lambda console: console.print("\n".join([f"Safety number with {contact.handle}: {state}", *lines])),
    )
