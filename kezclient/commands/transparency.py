"""`kez-chat transparency`: what the operators of your server did to handles, and that nobody rewrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from rich.console import Console

    from kezclient.transparency import LogReading

_DEEDS = {
    "suspended": "suspended",
    "reinstated": "reinstated",
    "released": "released for good",
    "reserved": "reserved",
    "unreserved": "given free again",
}


@command
def transparency(
    run: Invocation,
    everything: Annotated[
        bool, typer.Option("--all", help="Read the log from its beginning, not from where you stopped.")
    ] = False,
) -> None:
    """Show what the operators of your server did to handles since you last looked.

    Their public log is checked entry by entry, with the signature of its head, and against what you saw before: it may
    only have grown. If it was rewritten, both versions are kept as evidence.
    """
    from kezclient import clock
    from kezclient.runtime import Runtime
    from kezclient.transparency import read_log

    with Runtime(run) as runtime:
        server = runtime.profile.own_server
        found = read_log(
            runtime.registry, runtime.store, server=server, from_start=everything, now=clock.now()
        )
    head = found.head.head
    document: dict[str, Any] = {
        "server": server,
        "key": str(found.head.key),
        "entries": head.seq if head else 0,
        "head": head.hash if head else None,
        "seen_before": found.seen.seq if found.seen else None,
        "new": found.entries,
    }
    run.result(document, lambda console: _print(console, found))


def _print(console: Console, found: LogReading) -> None:
    from kezclient.sanitize import one_line

    for entry in found.entries:
        deed = _DEEDS.get(entry["action"], one_line(entry["action"]))
        count = entry["count"]
        whom = (
            one_line(entry["handle"]) if entry["handle"] else f"{count} {'name' if count == 1 else 'names'}"
        )
        console.print(f"{entry['at'][:16].replace('T', ' ')}  {whom}: {deed}")
    head = found.head.head
    count = head.seq if head else 0
    since = (
        f"; it had {found.seen.seq} when you last looked"
        if found.seen
        else "; this is the first time you look"
    )
    console.print(
        f"✓ The log of {found.head.server} holds: {count} {'entry' if count == 1 else 'entries'}{since}."
    )
    if found.seen is None:
        console.print(f"  It is signed by {found.head.key}, which is remembered from now on.")
