"""`kez-chat shares`: what was shared and what came, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kezclient.errors import ClientError
    from kezclient.runtime import Runtime
    from kezclient.store.uploads import Upload


@command
def shares(
    run: Invocation,
    who: Annotated[
        str | None, typer.Argument(metavar="WHO", help="Only files from and for bob; else everybody's.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with everything that waits to be sent.")
    ] = False,
    retry: Annotated[
        str | None, typer.Option("--retry", metavar="ID", help="Send one again that failed.")
    ] = None,
    drop: Annotated[
        str | None, typer.Option("--drop", metavar="ID", help="Give up one that is not ready.")
    ] = None,
) -> None:
    """List the files that you shared and those that came, oldest first.

    A file that goes by way of the server is `queued` here, then `sent`, then `ready` to be fetched; or it `failed`,
    and the cause stands with it.
    """
    from kezclient.documents import file_document
    from kezclient.errors import UsageFault
    from kezclient.files import all_files
    from kezclient.render_files import FileWords
    from kezclient.runtime import Runtime

    if sum((resume, retry is not None, drop is not None, who is not None)) > 1:
        raise UsageFault(sentence="Give WHO, or one of `--resume`, `--retry` and `--drop`.")
    with Runtime(run) as runtime:
        if resume:
            uploads = runtime.store.uploads
            _go_on(runtime, [*uploads.in_state("queued"), *uploads.in_state("sent")])
            return
        if retry is not None:
            _go_on(runtime, [_queued_again(runtime, _find(runtime, retry))])
            return
        if drop is not None:
            _drop(runtime, _find(runtime, drop))
            return
        peers = None
        if who is not None:
            peers = runtime.store.contacts.keys_of(runtime.directory.known(who))
        files = all_files(runtime.store, runtime.profile.primary, peers)
        lines = [FileWords(runtime).in_list(file) for file in files] or ["No files yet."]
    document = {"files": [file_document(file) for file in files]}
    run.result(document, lambda console: console.print("\n".join(lines)))


def _find(runtime: Runtime, which: str) -> Upload:
    from kezclient.file_errors import ShareUnknown
    from kezclient.files import LEAST_REF

    uploads = [each for each in runtime.store.uploads.all() if each.state != "ready"]
    fitting = [each for each in uploads if each.file_id.startswith(which.lower())]
    if len(which) < LEAST_REF or len(fitting) != 1:
        raise ShareUnknown(id=which)
    return fitting[0]


def _queued_again(runtime: Runtime, upload: Upload) -> Upload:
    """An upload that failed begins anew, under new ids; one that still waits only goes on."""
    from kezclient import clock
    from kezclient.errors import UsageFault
    from kezclient.file_errors import UploadDamaged
    from kezclient.sharing.chunked import seal_again

    if upload.state != "failed":
        return upload
    if upload.cause_code == "former_key":
        raise UsageFault(sentence=f"{upload.cause} Share the file again.")
    if not seal_again(runtime, upload):
        raise UploadDamaged
    with runtime.store.write():
        ids = {number: clock.new_delivery_id() for number in range(upload.chunks)}
        runtime.store.uploads.send_again(upload.id, ids, announce=True)
    return upload


def _go_on(runtime: Runtime, uploads: Sequence[Upload]) -> None:
    """Send, wait until the server has put these together, and report."""
    import asyncio

    from kezclient.documents import file_document
    from kezclient.files import file_of_upload
    from kezclient.progress import progress_of
    from kezclient.render_files import FileWords
    from kezclient.sharing.delivering import deliver

    run = runtime.run
    _ = runtime.identity
    ids = [upload.id for upload in uploads]
    with progress_of(run) as progress:
        delivery = asyncio.run(deliver(runtime, progress, wait_for=ids))
    after = [each for each in map(runtime.store.uploads.find, ids) if each is not None]
    files = [file_of_upload(runtime.store, each, runtime.profile.primary) for each in after]
    document: dict[str, Any] = {"files": [file_document(file) for file in files]}
    problem = _problem(after, delivery.uploads, delivery.problem)
    if problem is not None:
        problem.details.update(document)
        raise problem
    lines = [FileWords(runtime).in_list(file) for file in files] or ["Nothing waits to be sent."]
    run.result(document, lambda console: console.print("\n".join(lines)))


def _problem(
    uploads: Sequence[Upload], single: dict[int, ClientError], problem: ClientError | None
) -> ClientError | None:
    from kezclient.sharing.uploading import failure_of

    for upload in uploads:
        if upload.state == "failed":
            return single.get(upload.id) or failure_of(upload, upload.cause)
    return problem


def _drop(runtime: Runtime, upload: Upload) -> None:
    from kezclient import clock
    from kezclient.sharing.chunked import spool_of

    with runtime.store.write():
        runtime.store.uploads.failed(upload.id, "dropped", "You gave it up.", clock.now())
    spool_of(runtime).remove(upload.file_id)
    to = "your list" if upload.for_list else upload.peer_handle
    sentence = f"✓ {upload.file.filename} for {to} was given up."
    runtime.run.result({"dropped": upload.file_id}, lambda console: console.print(sentence))
