"""`kez-chat doctor`: everything that has to work, looked at in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from rich.console import Console

    from kezclient.checks import Finding


@command
def doctor(run: Invocation) -> None:
    """Check key store, files, registry, clock, sigchain, broker and inbox, and say what to do.

    Where the broker refuses your key, the registry is asked for the reason.
    """
    import asyncio

    from kezclient.checks import broker_checks, local_checks, server_checks
    from kezclient.errors import Unhealthy
    from kezclient.runtime import Runtime

    with Runtime(run) as runtime:
        found = [*local_checks(runtime), *server_checks(runtime)]
        if any(finding.name == "key_store" and finding.ok for finding in found):
            found += asyncio.run(broker_checks(runtime))
    document = {"checks": {finding.name: {"ok": finding.ok, "detail": finding.detail} for finding in found}}
    failed = [finding.name for finding in found if not finding.ok]
    if not failed:
        run.result({"ok": True, **document}, lambda console: _print(console, found))
        return
    if not run.options.json:
        _print(run.console, found)
    problem = Unhealthy(count=len(failed), total=len(found), failed=", ".join(failed))
    problem.details.update({"ok": False, **document})
    raise problem


def _print(console: Console, found: list[Finding]) -> None:
    from kezclient.sanitize import one_line

    for finding in found:
        console.print(f"{'✓' if finding.ok else '✗'} {finding.name:<10} {one_line(finding.detail)}")
