"""Questions to the person at the terminal. They go to stderr, so that stdout holds results only."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from kezclient.errors import Declined, InputNeeded, UsageFault


class Prompter:
    """Asks, unless `no_input` forbids it; then, or when nobody answers, InputNeeded says what to do instead."""

    def __init__(self, *, no_input: bool) -> None:
        self.no_input = no_input

    def ask(self, question: str, *, what: str, instead: str) -> str:
        """One visible line, stripped."""
        self._must_be_allowed(what, instead)
        sys.stderr.write(f"{question} ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise InputNeeded(what=what, instead=instead)
        return line.strip()

    def ask_secret(self, question: str, *, what: str, instead: str) -> str:
        """One hidden line, from the terminal even where stdin is something else."""
        self._must_be_allowed(what, instead)
        if not _has_terminal():
            raise InputNeeded(what=what, instead=instead)
        try:
            return getpass.getpass(f"{question} ")
        except EOFError as error:
            raise InputNeeded(what=what, instead=instead) from error

    def confirm(self, question: str, *, what: str, instead: str) -> None:
        """Declined unless the answer is yes."""
        if self.ask(f"{question} [y/N]", what=what, instead=instead).lower() not in ("y", "yes"):
            raise Declined

    def _must_be_allowed(self, what: str, instead: str) -> None:
        if self.no_input:
            raise InputNeeded(what=what, instead=instead)


def secret_from_environment(name: str) -> str | None:
    """The value of `name`, or the content of the file that `<name>_FILE` names, without its last newline."""
    return os.environ.get(name) or secret_from_file(f"{name}_FILE")


def secret_from_file(name: str) -> str | None:
    """The content of the file that the variable `name` names, without its last newline; None if it is not set."""
    path = os.environ.get(name)
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFault(sentence=f"{name} names a file that cannot be read: {error}") from error


def _has_terminal() -> bool:
    if sys.stdin.isatty():
        return True
    if os.name != "posix":
        return False
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
