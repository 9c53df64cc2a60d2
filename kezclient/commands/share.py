"""`kez-chat share`: files for somebody, by the way that fits their size."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kezclient.errors import ClientError
    from kezclient.files import SharedFile
    from kezclient.runtime import Runtime
    from kezclient.sharing.delivering import Delivery
    from kezclient.sharing.queued import Queued
    from kezclient.store.contacts import Contact


class Way(StrEnum):
    INLINE = "inline"
    CHUNKED = "chunked"
    IROH = "iroh"


@command
def share(
    run: Invocation,
    who: Annotated[str, typer.Argument(metavar="WHO", help="bob, @bob or bob@kez.lat.")],
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE", help="Files or folders; `-` reads a file from stdin and needs `--name`."
        ),
    ],
    via: Annotated[
        Way | None,
        typer.Option("--via", help="Insist on a way instead of the one by size.", show_choices=True),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What WHO sees as the file's name.")
    ] = None,
    no_wait: Annotated[
        bool,
        typer.Option(
            "--no-wait",
            help="End when it is sent: not when the server has put it together, nor when WHO has fetched it.",
        ),
    ] = False,
) -> None:
    """Share files and folders with WHO.

    Up to 80 KiB a file travels inside the message, up to 10 MiB in sealed chunks by way of the server, and above by
    Iroh from this machine to theirs, as folders do: the command then serves until WHO has it, and `kez-chat serve`
    does so at any time. With the server or the broker down it waits here and goes out later.
    """
    import asyncio

    from kezclient import clock
    from kezclient.errors import UsageFault
    from kezclient.progress import progress_of
    from kezclient.runtime import Runtime
    from kezclient.sharing.delivering import deliver
    from kezclient.sharing.share import queue_files
    from kezclient.sharing.sources import open_source

    if len(files) > 1 and (name is not None or "-" in files):
        raise UsageFault(sentence="`--name` and `-` are for one file at a time.")
    with Runtime(run) as runtime:
        _ = runtime.identity
        sources = [open_source(given, name) for given in files]
        contact = runtime.directory.for_sending(who, clock.now(), runtime.settings.refresh)
        queued, problem = queue_files(runtime, contact, sources, via.value if via is not None else None)
        if not queued and problem is not None:
            raise problem
        uploads = [each.upload_id for each in queued if each.upload_id is not None]
        with progress_of(run) as progress:
            delivery = asyncio.run(deliver(runtime, progress, wait_for=() if no_wait else uploads))
        shared = [_found(runtime, each) for each in queued]
        problem = problem or _problem(contact, shared, delivery)
        if problem is None and _serve(runtime, shared, wait=not no_wait):
            shared = [_found(runtime, each) for each in queued]
        _report(run, runtime, contact, queued, shared, problem)


def _serve(runtime: Runtime, shared: Sequence[SharedFile], *, wait: bool) -> bool:
    """Serve what goes by Iroh until it is fetched; whether there was anything to serve."""
    shares = [each.offered.share for each in shared if each.offered is not None]
    if not shares:
        return False
    from kezclient.sharing.serving import are_fetched, serve_until_fetched

    run = runtime.run
    names = ", ".join(each.name for each in shares)
    if not wait:
        run.note(f"{names} can be fetched while `kez-chat serve` runs on this machine.")
        return False
    run.note(f"Serving {names} until it is fetched. Ctrl-C ends that; `kez-chat serve` goes on with it.")
    if not serve_until_fetched(runtime, shares):
        run.note("The `kez-chat` that serves already does so; this one need not wait.")
    elif not are_fetched(runtime, shares):
        run.note(f"{names} was not fetched yet. `kez-chat serve` goes on serving it.")
    return True


def _report(
    run: Invocation,
    runtime: Runtime,
    contact: Contact,
    queued: Sequence[Queued],
    shared: Sequence[SharedFile],
    problem: ClientError | None,
) -> None:
    from kezclient.documents import file_document

    document: dict[str, Any] = {
        "to": str(contact.handle),
        "files": [
            {**file_document(file), "why": each.choice.why} for each, file in zip(queued, shared, strict=True)
        ],
    }
    if problem is not None:
        problem.details.update(document)
        raise problem
    name = contact.handle.display(runtime.profile.own_server)
    lines = [f"✓ {file.file.filename} to {name}: {file.state}." for file in shared]
    run.result(document, lambda console: console.print("\n".join(lines)))


def _found(runtime: Runtime, queued: Queued) -> SharedFile:
    from kezclient.files import file_of_message, file_of_upload

    store, own = runtime.store, runtime.profile.primary
    if queued.upload_id is not None:
        upload = store.uploads.find(queued.upload_id)
        if upload is not None:
            return file_of_upload(store, upload, own)
    message = store.messages.find(own, queued.message_id or "")
    shared = file_of_message(store, message) if message is not None else None
    if shared is None:
        raise AssertionError("what was just queued is there")
    return shared


def _problem(contact: Contact, shared: Sequence[SharedFile], delivery: Delivery) -> ClientError | None:
    """The first of these files that did not get through, and why; None if all did."""
    from kezclient.sending import blocked_problem
    from kezclient.sharing.uploading import CONSEQUENCE, failure_of

    for file in shared:
        if file.upload is not None and file.state == "failed":
            return delivery.uploads.get(file.upload.id) or failure_of(file.upload, file.cause)
    if delivery.problem is not None and any(_is_under_way(file) for file in shared):
        return delivery.problem
    return blocked_problem(contact, delivery.blocked, CONSEQUENCE)


def _is_under_way(file: SharedFile) -> bool:
    pointer_waits = file.message is not None and file.message.state == "queued"
    return pointer_waits or file.state in ("queued", "sent")
