"""`kez-chat report`: tell the operators of your server about a handle, and read what they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from rich.console import Console

    from kezclient.reporting import ReportState
    from kezclient.runtime import Runtime
    from kezclient.store.messages import StoredMessage
    from kezproto.handles import Handle

_STATES = {
    "new": "nobody has looked at it yet",
    "assigned": "an operator has taken it",
    "resolved": "something was done",
    "rejected": "there was nothing to do",
}


@command
def report(
    run: Invocation,
    who: Annotated[
        str | None, typer.Argument(metavar="WHO", help="bob, @bob or bob@kez.lat; without it: your reports.")
    ] = None,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What happened, in your words.")] = "",
    category: Annotated[
        str,
        typer.Option("--category", metavar="NAME", help="spam, harassment, impersonation, illegal or other."),
    ] = "other",
    message: Annotated[
        list[str] | None,
        typer.Option(
            "--message", metavar="ID", help="Open this message of theirs to the operators; repeatable."
        ),
    ] = None,
    last: Annotated[
        int, typer.Option("--last", metavar="N", min=0, max=20, help="Open the last N messages of theirs.")
    ] = 0,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before messages are opened.")] = False,
) -> None:
    """Report WHO to the operators of your server, or list your reports and what came of them.

    Messages stay sealed unless you name them with `--message` or `--last`. Those you name are shown first; they go with
    their senders' signatures, so the operators can see that you did not make them up.
    """
    from kezclient.errors import UsageFault
    from kezclient.runtime import Runtime

    with Runtime(run) as runtime:
        if who is None:
            if text or message or last:
                raise UsageFault(sentence="Name whom you report: `kez-chat report WHO TEXT`.")
            _list(run, runtime)
            return
        _file(run, runtime, who, text, category, message or [], last, yes)


def _list(run: Invocation, runtime: Runtime) -> None:
    from kezclient import clock
    from kezclient.reporting import own_reports

    found = own_reports(runtime.registry, runtime.identity, now=clock.now())
    document = {"reports": [each.document for each in found]}
    run.result(document, lambda console: _print(console, found))


def _file(
    run: Invocation,
    runtime: Runtime,
    who: str,
    text: str,
    category: str,
    ids: list[str],
    last: int,
    yes: bool,
) -> None:
    from kezclient import clock
    from kezclient.reporting import chosen_messages, file_report, holder_of

    handle = runtime.directory.handle_of(who)
    messages = chosen_messages(runtime.store, handle, ids=ids, last=last)
    reported = messages[0].sender if messages else holder_of(runtime, handle)
    if messages and not yes:
        _ask(run, handle, messages)
    state = file_report(
        runtime.registry,
        runtime.identity,
        handle,
        reported,
        category=category,
        text=text,
        messages=messages,
        now=clock.now(),
    )
    opened = f", with {len(messages)} of their messages" if messages else ""
    run.result(
        state.document,
        lambda console: console.print(
            f"✓ The operators of {handle.server} have your report about {handle}{opened}.\n"
            "  `kez-chat report` shows what comes of it."
        ),
    )


def _ask(run: Invocation, handle: Handle, messages: list[StoredMessage]) -> None:
    from kezclient.render import local_time
    from kezclient.sanitize import one_line

    run.note(f"The operators of {handle.server} will be able to read these messages of {handle}:")
    for each in messages:
        run.note(f"  {local_time(each.created_at)}  {one_line(each.text or each.body_type)}")
    run.prompter.confirm(
        "Open them and send the report?",
        what="Your consent",
        instead="Add `--yes` to open them without being asked.",
    )


def _print(console: Console, found: list[ReportState]) -> None:
    from kezclient.sanitize import one_line

    if not found:
        console.print("You have reported nobody.")
    for each in found:
        document: dict[str, Any] = each.document
        what = _STATES.get(str(document["state"]), str(document["state"]))
        console.print(f"{one_line(str(document['reported']))}  {document['created_at'][:10]}  {what}")
        if document.get("outcome"):
            console.print(f"  {one_line(str(document['outcome']))}")
