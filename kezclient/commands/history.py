"""`kez-chat history`: what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from kezclient.render import MessagePrinter
    from kezclient.runtime import Runtime
    from kezclient.store.messages import StoredMessage, Unopened


@command
def history(
    run: Invocation,
    who: Annotated[
        str | None, typer.Argument(metavar="WHO", help="Only messages with bob; else with everybody.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="The last N messages.")] = 50,
    search: Annotated[
        str | None, typer.Option("--search", metavar="TEXT", help="Only messages that contain TEXT.")
    ] = None,
    read: Annotated[
        bool, typer.Option("--read", help="Tell the senders that their messages were read.")
    ] = False,
) -> None:
    """Show stored messages, oldest first. They count as seen then.

    Nothing is sent unless `--read` (or `read_receipts = true` in config.toml) asks for read receipts.
    """
    from kezclient import clock
    from kezclient.documents import message_document, unopened_document
    from kezclient.render import MessagePrinter
    from kezclient.runtime import Runtime
    from kezclient.store.messages import StoredMessage

    with Runtime(run) as runtime:
        peers = None
        if who is not None:
            peers = runtime.store.contacts.keys_of(runtime.directory.known(who))
        messages = runtime.store.messages.latest(limit=limit, peers=peers, search=search)
        unopened = [] if who or search else runtime.store.messages.unopened(limit=limit)
        entries: list[StoredMessage | Unopened] = [*messages, *unopened]
        entries = sorted(entries, key=lambda entry: entry.stored_at)[-limit:]
        own_server = runtime.profile.own_server
        printer = MessagePrinter(run.console, own_server, in_terminal=run.in_terminal)
        documents = [
            message_document(entry, own_server)
            if isinstance(entry, StoredMessage)
            else unopened_document(entry)
            for entry in entries
        ]
        run.result({"messages": documents}, lambda _console: _print(printer, entries))
        with runtime.store.write():
            new = runtime.store.messages.mark_shown(messages, clock.now())
            runtime.store.messages.mark_unopened_shown(unopened, clock.now())
        if read or runtime.settings.read_receipts:
            _send_read_receipts(runtime, new)


def _print(printer: MessagePrinter, entries: list[StoredMessage | Unopened]) -> None:
    from kezclient.store.messages import StoredMessage

    for entry in entries:
        if isinstance(entry, StoredMessage):
            printer.message(entry)
        else:
            printer.unopened(entry)


def _send_read_receipts(runtime: Runtime, shown: list[StoredMessage]) -> None:
    """Queue them and try to send them at once; with the broker down they wait in the outbox."""
    import asyncio

    from kezclient.compose import Composer
    from kezclient.errors import BrokerDown, BrokerRefused
    from kezclient.receipts import queue_read
    from kezclient.sending import flush_queued

    if not any(message.direction == "in" for message in shown):
        return
    queue_read(Composer(runtime.identity, runtime.store), shown)
    try:
        asyncio.run(flush_queued(runtime, consequence="The read receipts go out later."))
    except (BrokerDown, BrokerRefused) as error:
        runtime.run.warn(str(error))
