"""`kez-chat unshare`: take back what this machine serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from kezclient.runtime import Runtime
    from kezclient.store.shares import Share


@command
def unshare(
    run: Invocation,
    which: Annotated[
        str,
        typer.Argument(
            metavar="WHICH", help="The name that it was shared by, or the first digits of its id."
        ),
    ],
) -> None:
    """Stop serving a file or folder that you shared by Iroh.

    Whoever has fetched it keeps it; a transfer that goes on is cut off. What was shared several times under one name is
    taken back from everybody. What is on your list of shared files, `kez-chat unpublish` takes back.
    """
    from kezclient import clock
    from kezclient.runtime import Runtime

    with Runtime(run) as runtime:
        found = _meant(runtime, which)
        for share in found:
            runtime.store.shares.unshare(share.id, clock.now())
        documents: list[dict[str, Any]] = []
        lines = []
        for share in found:
            readers = [str(reader.handle) for reader in runtime.store.shares.readers(share.id)]
            documents.append({"id": share.ref, "name": share.name, "readers": readers})
            lines.append(f"✓ {share.name} is no longer shared with {', '.join(readers)}.")
    run.result({"unshared": documents}, lambda console: console.print("\n".join(lines)))


def _meant(runtime: Runtime, which: str) -> list[Share]:
    from kezclient.file_errors import NothingServed
    from kezclient.files import LEAST_REF

    served = [each for each in runtime.store.shares.served() if not each.for_list]
    found = [each for each in served if each.name == which]
    if not found and len(which) >= LEAST_REF:
        found = [each for each in served if each.ref.startswith(which.lower())]
    if not found:
        raise NothingServed(which=which)
    return found
