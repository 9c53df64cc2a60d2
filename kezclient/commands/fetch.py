"""`kez-chat fetch`: a file that somebody shared, onto this machine's disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kezclient.errors import ClientError
    from kezclient.files import SharedFile
    from kezclient.progress import Progress
    from kezclient.runtime import Runtime


@command
def fetch(
    run: Invocation,
    who: Annotated[
        str | None,
        typer.Argument(
            metavar="WHO", help="Whose file; alone also an id or name. bob/NAME: one of bob's list."
        ),
    ] = None,
    which: Annotated[
        str | None,
        typer.Argument(metavar="WHICH", help="Its name, or the first digits of its id; else the newest."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="PATH",
            help="The file to write, or the folder (made if it ends with /); else here.",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every file that came and was not fetched yet.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Do not wait for a file that is not complete yet.")
    ] = False,
) -> None:
    """Fetch a file that was shared with you, by a message or on a list of shared files.

    It is written under a safe form of its name and never over another file. What was interrupted goes on where it
    stopped. Nothing appears under its name before its digest was checked.
    """
    from kezclient.documents import file_document
    from kezclient.errors import UsageFault
    from kezclient.fetching.choosing import choose_files
    from kezclient.fetching.request import target_of
    from kezclient.progress import progress_of
    from kezclient.runtime import Runtime

    with Runtime(run) as runtime:
        chosen = choose_files(runtime, who, which, everything=everything)
        target = target_of(to)
        if len(chosen) > 1 and not target.is_dir():
            raise UsageFault(sentence=f"{to} is no folder, and there are {len(chosen)} files to fetch.")
        with progress_of(run) as progress:
            outcomes = _fetch_all(runtime, chosen, target, progress, force=force, wait=not no_wait)
    problem = next((each for each in outcomes if not isinstance(each, Path)), None)
    fetched = [
        (shared, outcome if isinstance(outcome, Path) else None)
        for shared, outcome in zip(chosen, outcomes, strict=True)
    ]
    document: dict[str, Any] = {
        "files": [
            {**file_document(shared), "state": "saved", "path": str(path.absolute())}
            if path is not None
            else file_document(shared)
            for shared, path in fetched
        ]
    }
    if problem is not None:
        if not run.options.json:
            _print(run, fetched)
        problem.details.update(document)
        raise problem
    run.result(document, lambda _console: _print(run, fetched))


def _fetch_all(
    runtime: Runtime,
    chosen: Sequence[SharedFile],
    to: Path,
    progress: Progress,
    *,
    force: bool,
    wait: bool,
) -> list[Path | ClientError]:
    """What came of each. Those that are not to be had yet are waited for when the others are here."""
    from kezclient.file_errors import FilePending, SenderBusy, SenderOffline

    at_once = len(chosen) > 1
    outcomes = [
        _fetch_one(runtime, shared, to, progress, force=force, wait=wait and not at_once) for shared in chosen
    ]
    for number, shared in enumerate(chosen):
        if wait and at_once and isinstance(outcomes[number], FilePending | SenderBusy | SenderOffline):
            outcomes[number] = _fetch_one(runtime, shared, to, progress, force=force, wait=True)
    return outcomes


def _fetch_one(
    runtime: Runtime, shared: SharedFile, to: Path, progress: Progress, *, force: bool, wait: bool
) -> Path | ClientError:
    """Where it lies now, or why it does not: with several files the others are still fetched."""
    from kezclient.errors import ClientError
    from kezclient.fetching.fetch import fetch
    from kezclient.fetching.request import FetchRequest, destination_of

    try:
        destination = destination_of(shared, to)
        return fetch(
            FetchRequest(runtime, shared, destination=destination, force=force, wait=wait, progress=progress)
        )
    except ClientError as error:
        return error


def _print(run: Invocation, fetched: Sequence[tuple[SharedFile, Path | None]]) -> None:
    from kezclient.sanitize import one_line
    from kezclient.sizes import size_in_words

    for shared, path in fetched:
        if path is not None:
            run.console.print(f"✓ {one_line(str(path))} ({size_in_words(shared.file.size)})")
