"""`kez-chat history`: what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kezclient.files import SharedFile
    from kezclient.render import MessagePrinter
    from kezclient.render_files import FileWords
    from kezclient.runtime import Runtime
    from kezclient.store.messages import StoredMessage, Unopened
    from kezproto.keys import Primary

    Entry = StoredMessage | Unopened | SharedFile


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
    from kezclient.render import MessagePrinter
    from kezclient.render_files import FileWords
    from kezclient.runtime import Runtime

    with Runtime(run) as runtime:
        peers = None
        if who is not None:
            peers = runtime.store.contacts.keys_of(runtime.directory.known(who))
        messages = runtime.store.messages.latest(limit=limit, peers=peers, search=search)
        unopened = [] if who or search else runtime.store.messages.unopened(limit=limit)
        uploads = _uploads(runtime, peers, search or "")
        entries: list[Entry] = [*messages, *unopened, *uploads]
        entries = sorted(entries, key=_moment)[-limit:]
        words = FileWords(runtime)
        printer = MessagePrinter(
            run.console,
            runtime.profile.own_server,
            in_terminal=run.in_terminal,
            describe_file=words.of_message,
        )
        documents = [_document(runtime, entry) for entry in entries]
        run.result({"messages": documents}, lambda _console: _print(printer, words, entries))
        with runtime.store.write():
            new = runtime.store.messages.mark_shown(messages, clock.now())
            runtime.store.messages.mark_unopened_shown(unopened, clock.now())
        if read or runtime.settings.read_receipts:
            _send_read_receipts(runtime, new)


def _uploads(runtime: Runtime, peers: Sequence[Primary] | None, search: str) -> list[SharedFile]:
    """Files whose message is not made yet: they wait, or failed before."""
    from kezclient.files import file_of_upload

    waiting = runtime.store.uploads.without_message(peers)
    found = [file_of_upload(runtime.store, each, runtime.profile.primary) for each in waiting]
    return [each for each in found if search.lower() in each.file.filename.lower()]


def _moment(entry: Entry) -> datetime:
    """When it came to this device."""
    from kezclient.files import SharedFile

    return entry.at if isinstance(entry, SharedFile) else entry.stored_at


def _document(runtime: Runtime, entry: Entry) -> dict[str, Any]:
    from kezclient.documents import message_document, unopened_document, upload_document
    from kezclient.files import SharedFile, file_of_message
    from kezclient.store.messages import StoredMessage

    if isinstance(entry, SharedFile):
        return upload_document(entry)
    if isinstance(entry, StoredMessage):
        return message_document(entry, runtime.profile.own_server, file_of_message(runtime.store, entry))
    return unopened_document(entry)


def _print(printer: MessagePrinter, words: FileWords, entries: Sequence[Entry]) -> None:
    from kezclient.files import SharedFile
    from kezclient.store.messages import StoredMessage

    for entry in entries:
        if isinstance(entry, SharedFile):
            printer.upload(entry, words.in_conversation(entry))
        elif isinstance(entry, StoredMessage):
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
