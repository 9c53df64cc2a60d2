"""`kez-chat send`: from the command line into somebody's inbox."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kezclient.errors import ClientError
    from kezclient.outbox import FlushReport
    from kezclient.runtime import Runtime
    from kezclient.store.contacts import Contact
    from kezclient.store.messages import StoredMessage

_CONSEQUENCE = "The message is stored here and goes out later."


@command
def send(
    run: Invocation,
    who: Annotated[str, typer.Argument(metavar="WHO", help="bob, @bob or bob@kez.lat.")],
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="The text; `-`, or nothing, reads it from stdin."),
    ] = None,
    wait: Annotated[
        float | None,
        typer.Option("--wait", metavar="SECONDS", min=0.1, help="Wait so long for the receipt."),
    ] = None,
    lines: Annotated[
        bool, typer.Option("--lines", help="Send each line of stdin as a message of its own.")
    ] = False,
) -> None:
    """Send a message to WHO.

    It is sealed for their key alone, stored here, and handed to the broker, which keeps it while WHO is away. With
    the broker down it stays in the outbox and goes out with the next `send`, `listen` or `outbox retry`.
    """
    import asyncio

    from kezclient import clock
    from kezclient.errors import UsageFault
    from kezclient.runtime import Runtime

    if lines and text not in (None, [], ["-"]):
        raise UsageFault(sentence="`--lines` reads the texts from stdin; give none on the command line.")
    with Runtime(run) as runtime:
        _ = runtime.identity
        contact = runtime.directory.for_sending(who, clock.now(), runtime.settings.refresh)
        if lines:
            ids, problem = asyncio.run(_send_lines(runtime, contact, wait))
        else:
            ids, problem = asyncio.run(_send_text(runtime, contact, _read_text(run, text or []), wait))
        sent = [runtime.store.messages.find(runtime.profile.primary, message_id) for message_id in ids]
        _report(run, runtime, contact, [message for message in sent if message is not None], problem)


def _read_text(run: Invocation, text: list[str]) -> str:
    from kezclient.errors import InputNeeded

    if text and text != ["-"]:
        return " ".join(text)
    if sys.stdin.isatty():
        if run.options.no_input:
            raise InputNeeded(what="A text", instead="Give it on the command line or by stdin.")
        run.note("Write the message; end it with Ctrl-D on a line of its own.")
    return sys.stdin.read().removesuffix("\n")


async def _send_text(
    runtime: Runtime, contact: Contact, text: str, wait: float | None
) -> tuple[list[str], ClientError | None]:
    from kezclient.compose import Composer

    queued = Composer(runtime.identity, runtime.store).queue_texts(contact, [text])
    ids = [message.id for message in queued]

    async def batches() -> AsyncIterator[list[str]]:
        yield ids

    return ids, await _publish(runtime, contact, batches(), ids, wait)


async def _send_lines(
    runtime: Runtime, contact: Contact, wait: float | None
) -> tuple[list[str], ClientError | None]:
    from kezclient.compose import Composer
    from kezclient.errors import EmptyMessage
    from kezclient.sending import lines_of_stdin

    ids: list[str] = []

    async def batches() -> AsyncIterator[list[str]]:
        async for texts in lines_of_stdin():
            queued = Composer(runtime.identity, runtime.store).queue_texts(contact, texts)
            ids.extend(message.id for message in queued)
            yield [message.id for message in queued]

    problem = await _publish(runtime, contact, batches(), ids, wait)
    if not ids:
        raise EmptyMessage
    return ids, problem


async def _publish(
    runtime: Runtime,
    contact: Contact,
    batches: AsyncIterator[list[str]],
    ids: list[str],
    wait: float | None,
) -> ClientError | None:
    """Send what each batch has queued; the reason why something is still waiting, None if nothing is."""
    from kezclient.errors import BrokerDown, BrokerRefused, NotDeliveredYet
    from kezclient.sending import flush_patiently, wait_for_receipts
    from kezclient.transport import connect

    connection = None
    problem: ClientError | None = None
    try:
        async for _ in batches:
            if problem is not None:
                continue
            try:
                if connection is None:
                    connection = await connect(runtime, consequence=_CONSEQUENCE)
                problem = _problem_of(contact, await flush_patiently(runtime, connection))
            except (BrokerDown, BrokerRefused) as error:
                problem = error
        if (
            problem is None
            and wait is not None
            and connection is not None
            and not await wait_for_receipts(runtime, connection, ids, wait)
        ):
            problem = NotDeliveredYet(handle=str(contact.handle), seconds=wait)
    finally:
        if connection is not None:
            await connection.close()
    return problem


def _problem_of(contact: Contact, report: FlushReport) -> ClientError | None:
    from kezclient.errors import BrokerDown
    from kezclient.sending import blocked_problem

    if report.broken is not None:
        return BrokerDown(reason=str(report.broken).rstrip("."), consequence=_CONSEQUENCE)
    return blocked_problem(contact, report.blocked, _CONSEQUENCE)


def _report(
    run: Invocation,
    runtime: Runtime,
    contact: Contact,
    sent: list[StoredMessage],
    problem: ClientError | None,
) -> None:
    own_server = runtime.profile.own_server
    document: dict[str, Any] = {
        "to": str(contact.handle),
        "messages": [{"id": each.id, "state": each.state, "cause": each.cause} for each in sent],
    }
    if problem is not None:
        problem.details.update(document)
        raise problem
    states = {each.state for each in sent}
    name = contact.handle.display(own_server)
    what = "Message" if len(sent) == 1 else f"{len(sent)} messages"
    word = "delivered" if states <= {"delivered", "read"} else "sent"
    run.result(document, lambda console: console.print(f"✓ {what} to {name} {word}."))
