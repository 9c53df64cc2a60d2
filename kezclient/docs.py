"""`python -m kezclient.docs`: put the output of every `--help` and the exit codes into `docs/cli.md`.

Between `<!-- help:NAME -->` and `<!-- /help:NAME -->` stands what `kez-chat NAME --help` prints, between
`<!-- exit-codes -->` and its end the table. `--check` changes nothing and fails if something is out of date.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from pathlib import Path

from kezclient import errors, file_errors, registering_errors, shared_errors
from kezclient.errors import ClientError
from kezclient.exit_codes import EXIT_MEANINGS, ExitCode

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
WIDTH = 100

_HELP = re.compile(r"(<!-- help:([a-z -]*) -->\n)(.*?)(<!-- /help:\2 -->)", re.DOTALL)
_CODES = re.compile(r"(<!-- exit-codes -->\n)(.*?)(<!-- /exit-codes -->)", re.DOTALL)


def help_of(command: str) -> str:
    """What `kez-chat COMMAND --help` prints on a terminal of `WIDTH` columns without colour."""
    from kezclient.cli import PROGRAM, app

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        app(args=[*command.split(), "--help"], prog_name=PROGRAM, standalone_mode=False)
    return "\n".join(line.rstrip() for line in printed.getvalue().strip("\n").splitlines())


def plain_terminal() -> None:
    """The same output everywhere; typer reads these when it is imported."""
    for name in ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS"):
        os.environ.pop(name, None)
    os.environ.update({"NO_COLOR": "1", "COLUMNS": str(WIDTH), "TERMINAL_WIDTH": str(WIDTH)})


def exit_codes() -> str:
    """The table of exit codes, with the `code`s that errors of each carry in their JSON form."""
    lines = ["| exit code | meaning | `error.code` |", "|---|---|---|"]
    for code in ExitCode:
        names = ", ".join(f"`{name}`" for name in codes_of(code))
        lines.append(f"| {int(code)} | {EXIT_MEANINGS[code]} | {names} |")
    return "\n".join(lines)


def error_classes() -> list[type[ClientError]]:
    """Every way in which the command can end badly."""
    named = [
        each
        for module in (errors, registering_errors, file_errors, shared_errors)
        for each in vars(module).values()
    ]
    classes = [each for each in named if isinstance(each, type) and issubclass(each, ClientError)]
    return [each for each in dict.fromkeys(classes) if each is not ClientError]


def codes_of(exit_code: ExitCode) -> list[str]:
    """The codes of all errors that end with this exit code."""
    names = [error.code for error in error_classes() if error.exit_code is exit_code]
    if exit_code is ExitCode.BUG:
        return ["bug"]
    # The server's own refusals carry the server's codes.
    return sorted({"*the server's*" if name == "error" else name for name in names})


def render(page: str) -> str:
    """The page with everything between its marks made anew."""
    page = _HELP.sub(lambda match: f"{match[1]}```text\n{help_of(match[2])}\n```\n{match[4]}", page)
    return _CODES.sub(lambda match: f"{match[1]}{exit_codes()}\n{match[3]}", page)


def main(arguments: list[str]) -> int:
    plain_terminal()
    before = PAGE.read_text(encoding="utf-8")
    after = render(before)
    if arguments == ["--check"]:
        if before != after:
            sys.stderr.write("docs/cli.md is out of date; run `python -m kezclient.docs`.\n")
        return int(before != after)
    PAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
