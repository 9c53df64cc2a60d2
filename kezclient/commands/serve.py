"""`kez-chat serve`: let others fetch what was shared from this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from kezclient.iroh.iroh_node import IrohNode
    from kezclient.runtime import Runtime


@command
def serve(run: Invocation) -> None:
    """Let others fetch the files and folders that you shared by Iroh, until Ctrl-C.

    Only those with whom a file was shared can fetch it. What you share meanwhile from another terminal is served too.
    With `--json` each transfer is a line when it begins and one when it ends.
    """
    from kezclient.runtime import Runtime
    from kezclient.sharing.serving import serve_until_stopped

    with Runtime(run) as runtime:
        _ = runtime.identity
        serve_until_stopped(runtime, lambda node: _say_ready(runtime, node))


def _say_ready(runtime: Runtime, node: IrohNode) -> None:
    run, shares, where = runtime.run, runtime.store.shares.served(), node.whereabouts()
    if run.options.json:
        run.json_line(
            {
                "type": "serving",
                "node": where.node.hex,
                "addresses": list(where.addresses),
                "relay": where.relay,
                "shares": len(shares),
            }
        )
        return
    places = ", ".join([*where.addresses, *([where.relay] if where.relay else [])]) or "no address"
    what = "1 share" if len(shares) == 1 else f"{len(shares)} shares"
    run.note(f"Serving {what} at {places}. Ctrl-C ends it.")
