"""`kez-chat publish`: files that others may fetch when they like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kezclient.errors import ClientError
    from kezclient.publishing.collection import Published
    from kezclient.runtime import Runtime
    from kezclient.sharing.delivering import Delivery
    from kezclient.store.publications import Publication


@command
def publish(
    run: Invocation,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Files, folders; `-` reads stdin and needs `--name`."),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="WHO,…", help="Who may see and fetch them: bob,carol. May be repeated."),
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="A line that they see with them.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What they see as the file's name.")
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Where the list is lost or unreadable, go on from what there is."),
    ] = False,
) -> None:
    """Put files on your list of shared files, for these readers.

    They are uploaded in sealed chunks, and kept by the server as long as it keeps files; to publish the same file
    again renews that, and adds readers. Folders, and files above 10 MiB, are served from this machine by Iroh, while
    `kez-chat serve` runs. Each reader sees what is for them, not who else there is. Without FILE it goes on with what
    was broken off.
    """
    import asyncio

    from kezclient.errors import UsageFault
    from kezclient.progress import progress_of
    from kezclient.publishing.publish import queue_publication, settle
    from kezclient.publishing.readers import check_note, readers_of
    from kezclient.runtime import Runtime
    from kezclient.sharing.delivering import Delivery, deliver
    from kezclient.sharing.sources import open_source

    given, wanted = files or [], to or []
    if bool(given) != bool(wanted):
        raise UsageFault(sentence="Name files and, with `--to`, their readers.")
    if len(given) > 1 and (name is not None or "-" in given):
        raise UsageFault(sentence="`--name` and `-` are for one file at a time.")
    check_note(note)
    sources = [open_source(each, name) for each in given]
    with Runtime(run) as runtime:
        _ = runtime.identity
        readers = readers_of(runtime, wanted)
        ids = [queue_publication(runtime, source, readers, note) for source in sources]
        waiting = [each for each in runtime.store.publications.all() if not ids or each.id in ids]
        uploads = [each.upload_id for each in waiting if each.upload_id is not None]
        delivery = Delivery()
        if uploads:
            with progress_of(run) as progress:
                delivery = asyncio.run(deliver(runtime, progress, wait_for=uploads))
        collection = settle(runtime, rebuild=rebuild)
        _report(runtime, collection, waiting, delivery)


def _report(
    runtime: Runtime,
    collection: Sequence[Published],
    waiting: Sequence[Publication],
    delivery: Delivery,
) -> None:
    from kezclient import clock
    from kezclient.publishing.words import names_of, published_document, until

    now, own_server = clock.now(), runtime.profile.own_server
    digests = {each.file.digest for each in waiting}
    there = [each for each in collection if each.file.digest in digests]
    document: dict[str, Any] = {"entries": [published_document(each, now) for each in there]}
    problem = _problem(runtime, waiting, delivery)
    if problem is not None:
        problem.details.update(document)
        raise problem
    lines = [
        f"✓ {each.file.filename} is on your list for {', '.join(names_of(each, own_server))}"
        f"{_comma(until(each.expires_at, now))}."
        for each in there
    ]
    lines = lines or ["Nothing waits to go on your list."]
    runtime.run.result(document, lambda console: console.print("\n".join(lines)))


def _comma(text: str) -> str:
    return f", {text}" if text else ""


def _problem(runtime: Runtime, waiting: Sequence[Publication], delivery: Delivery) -> ClientError | None:
    """Why one of these is not on the list; None if all are."""
    from kezclient.shared_errors import PublicationWaits
    from kezclient.sharing.uploading import failure_of

    still = {each.id for each in runtime.store.publications.all()}
    for publication in waiting:
        upload = runtime.store.uploads.find(publication.upload_id or 0)
        if publication.id not in still or upload is None:
            continue
        if upload.state == "failed":
            return delivery.uploads.get(upload.id) or failure_of(upload, upload.cause)
        reason = str(delivery.problem or "the server has not put it together yet.")
        return PublicationWaits(name=upload.file.filename, reason=reason)
    return None
