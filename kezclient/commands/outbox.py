"""`kez-chat outbox`: what waits, for the broker or for a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from rich.console import Console

    from kezclient.outbox import FlushReport
    from kezclient.runtime import Runtime
    from kezclient.store.outbox import OutboxEntry

outbox_app = typer.Typer(
    help="Show what waits to be sent or receipted; try again, or give up.", invoke_without_command=True
)


def show(run: Invocation) -> None:
    """List what is queued, what was sent without a receipt yet, and what failed, with the cause."""
    from kezclient.documents import outbox_document
    from kezclient.runtime import Runtime

    with Runtime(run) as runtime:
        entries = runtime.store.outbox.all()
    document = {"outbox": [outbox_document(entry) for entry in entries]}
    run.result(document, lambda console: _print(console, entries))


@outbox_app.command("list")
@command
def show_list(run: Invocation) -> None:
    """List what is queued, what was sent without a receipt yet, and what failed, with the cause."""
    show(run)


outbox_app.callback()(command(show, alone=True))


@outbox_app.command()
@command
def retry(
    run: Invocation,
    entry_id: Annotated[
        int | None, typer.Argument(metavar="ID", help="Also this one that failed; else all that wait.")
    ] = None,
) -> None:
    """Try to send now; with ID also what failed or was never receipted."""
    import asyncio

    from kezclient.runtime import Runtime
    from kezclient.sending import flush_queued

    with Runtime(run) as runtime:
        _ = runtime.identity
        if entry_id is not None:
            _queue_again(runtime, entry_id)
        report = asyncio.run(flush_queued(runtime, consequence="What waits stays in the outbox."))
        waiting = runtime.store.outbox.count("queued")
        _raise_if_stuck(report, runtime)
        if runtime.store.uploads.in_state("queued"):
            _send_files(runtime)
    document: dict[str, Any] = {"sent": report.sent, "waiting": waiting}
    run.result(document, lambda console: console.print(f"✓ {report.sent} sent, {waiting} waiting."))


@outbox_app.command()
@command
def drop(
    run: Invocation,
    entry_id: Annotated[int, typer.Argument(metavar="ID", help="As `kez-chat outbox` lists it.")],
) -> None:
    """Give up an entry. The recipient will see that a message is missing."""
    from kezclient.runtime import Runtime

    with Runtime(run) as runtime:
        entry = _entry(runtime, entry_id)
        with runtime.store.write():
            runtime.store.outbox.remove(entry.id)
            if entry.purpose == "message":
                runtime.store.messages.set_cause(
                    runtime.profile.primary, entry.message_id, "failed", "Dropped from the outbox."
                )
    run.result({"dropped": entry_id}, lambda console: console.print(f"✓ Entry {entry_id} was dropped."))


def _entry(runtime: Runtime, entry_id: int) -> OutboxEntry:
    from kezclient.errors import OutboxEntryUnknown

    entry = runtime.store.outbox.find(entry_id)
    if entry is None:
        raise OutboxEntryUnknown(id=entry_id)
    return entry


def _queue_again(runtime: Runtime, entry_id: int) -> None:
    entry = _entry(runtime, entry_id)
    if entry.cause_code == "former_key":
        from kezclient.errors import UsageFault

        raise UsageFault(sentence=f"{entry.cause} `kez-chat outbox drop {entry_id}` removes it.")
    with runtime.store.write():
        runtime.store.outbox.queue_again(entry.id, resends=0)
        if entry.purpose == "message":
            runtime.store.messages.set_cause(runtime.profile.primary, entry.message_id, "queued", None)


def _send_files(runtime: Runtime) -> None:
    """Files that wait go out as well; `kez-chat shares` tells what became of them."""
    import asyncio

    from kezclient.progress import progress_of
    from kezclient.sharing.delivering import deliver

    with progress_of(runtime.run) as progress:
        delivery = asyncio.run(deliver(runtime, progress))
    for problem in (delivery.problem, *delivery.uploads.values()):
        if problem is not None:
            raise problem


def _raise_if_stuck(report: FlushReport, runtime: Runtime) -> None:
    from kezclient.errors import BrokerDown, RecipientInboxFull
    from natslink.errors import InboxFull

    if report.broken is not None:
        raise BrokerDown(reason=str(report.broken).rstrip("."), consequence="What waits stays in the outbox.")
    for entry in runtime.store.outbox.queued():
        if isinstance(report.blocked.get(entry.recipient.hex), InboxFull):
            raise RecipientInboxFull(handle=str(entry.recipient_handle))


def _print(console: Console, entries: list[OutboxEntry]) -> None:
    from kezclient.render import local_time
    from kezclient.sanitize import one_line

    if not entries:
        console.print("The outbox is empty.")
    words = {"queued": "waiting", "sent": "sent, no receipt yet", "failed": "failed"}
    for entry in entries:
        cause = f": {one_line(entry.cause)}" if entry.cause else ""
        purpose = "" if entry.purpose == "message" else f" ({entry.purpose.replace('_', ' ')})"
        console.print(
            f"{entry.id:>5}  {local_time(entry.queued_at)}  to {entry.recipient_handle}{purpose}  "
            f"{words[entry.state]}{cause}"
        )
