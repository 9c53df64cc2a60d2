"""`kez-chat listen`: messages as they come."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from kezclient.listening import Listener, ListenOptions, Screen
    from kezclient.runtime import Runtime
    from kezclient.store.messages import StoredMessage


@command
def listen(
    run: Invocation,
    once: Annotated[bool, typer.Option("--once", help="Show what has come so far, then end.")] = False,
    count: Annotated[
        int | None, typer.Option("--count", metavar="N", min=1, help="End after N messages.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--for", metavar="SECONDS", min=0.1, help="End after this time.")
    ] = None,
    read: Annotated[
        bool, typer.Option("--read", help="Tell the senders that their messages were read.")
    ] = False,
) -> None:
    """Show messages as they come, until Ctrl-C.

    What came while nobody listened is shown first. The connection looks after itself, and the outbox is emptied
    meanwhile. With `--json` each message, receipt and unopenable envelope is one line of JSON.
    """
    import asyncio

    from kezclient.listening import ListenOptions
    from kezclient.runtime import Runtime

    with Runtime(run) as runtime:
        _ = runtime.identity
        options = ListenOptions(
            once=once, count=count, seconds=seconds, read=read or runtime.settings.read_receipts
        )
        asyncio.run(_listen(runtime, options))


async def _listen(runtime: Runtime, options: ListenOptions) -> None:
    import asyncio

    from kezclient.listening import Listener

    listener = Listener(runtime, options, _screen(runtime))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        _on_signal(loop, number, listener)
    await listener.run()


def _on_signal(loop: AbstractEventLoop, number: signal.Signals, listener: Listener) -> None:
    try:
        loop.add_signal_handler(number, listener.stop.set)
    except NotImplementedError:  # Windows
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(listener.stop.set))


def _screen(runtime: Runtime) -> Screen:
    from kezclient.documents import message_document, receipt_document, unopened_document
    from kezclient.files import file_of_message
    from kezclient.listening import Screen
    from kezclient.receipts import ReceiptNews
    from kezclient.render import MessagePrinter, short_key
    from kezclient.render_files import FileWords

    run, own_server = runtime.run, runtime.profile.own_server
    printer = MessagePrinter(
        run.console,
        own_server,
        in_terminal=run.in_terminal,
        describe_file=FileWords(runtime).of_message,
    )

    def message_line(message: StoredMessage) -> dict[str, Any]:
        return message_document(message, own_server, file_of_message(runtime.store, message))

    def name_of(news: ReceiptNews) -> str | None:
        contacts = runtime.store.contacts.of_key(news.peer)
        return str(contacts[0].handle) if contacts else None

    def print_receipt(news: ReceiptNews) -> None:
        contacts = runtime.store.contacts.of_key(news.peer)
        name = contacts[0].handle.display(own_server) if contacts else short_key(news.peer)
        message = runtime.store.messages.find(runtime.profile.primary, news.message_id)
        printer.receipt(news, name, message.text if message is not None else news.message_id)

    if run.options.json:
        return Screen(
            message=lambda message: run.json_line(message_line(message)),
            unopened=lambda unopened: run.json_line(unopened_document(unopened)),
            receipt=lambda news: run.json_line(receipt_document(news, name_of(news))),
            state=run.note,
        )
    return Screen(
        message=printer.message,
        unopened=printer.unopened,
        receipt=print_receipt,
        state=run.note,
    )
