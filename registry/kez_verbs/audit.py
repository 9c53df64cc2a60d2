"""Verbs about the audit trail."""

import argparse
import re

from django.db import connection

from registry import audit, shell, triggers
from registry.links import Fault, Link


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--expect",
        metavar="NUMBER:HASH",
        help="An end of the trail that was printed before. Only so the loss of the last entries is noticed.",
    )


@shell.verb(
    "audit verify", "Check every entry of the audit trail, and that none is missing.", _verify_arguments
)
def verify(options: shell.Options, out: shell.Out) -> None:
    end = audit.verify_trail(expected=_expected(options["expect"]))
    if isinstance(end, Fault):
        raise shell.ShellError(
            f"The audit trail was tampered with. {end.sentence}",
            code="trail_broken",
            exit_code=shell.ExitCode.FAULT,
        )
    if unguarded := triggers.missing(connection):
        raise shell.ShellError(
            f"The entries are whole, but the database does not guard {', '.join(unguarded)}: run manage.py migrate.",
            code="trail_unguarded",
            exit_code=shell.ExitCode.FAULT,
        )
    out.result(
        {"entries": end.seq, "head": end.hash or None},
        f"{end.seq} entries, none changed, none missing. The trail ends at {end.seq}:{end.hash}",
    )


def _expected(text: str | None) -> Link | None:
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,18}):(sha256:[0-9a-f]{64})?", text.strip())
    if match is None:
        raise shell.usage("Write the expected end as `audit verify` prints it: 12:sha256:…")
    return Link(int(match[1]), match[2] or "")


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--after", type=int, default=0, metavar="NUMBER", help="Only entries after this one.")


@shell.verb("audit export", "Print the audit trail as JSON lines, oldest first.", _export_arguments)
def export(options: shell.Options, out: shell.Out) -> None:
    for line in audit.export_lines(after=options["after"]):
        out.raw(line)
