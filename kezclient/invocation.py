"""One run of the command: the options that every command shares, and the only place that prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kezclient.config import DEFAULT_PROFILE
from kezclient.prompts import Prompter
from kezclient.sanitize import neutralise

if TYPE_CHECKING:
    from rich.console import Console

    from kezclient.errors import ClientError


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """What was given before or after the command's name; None or False where nothing was."""

    json: bool = False
    profile: str | None = None
    no_input: bool = False

    def with_later(self, later: GlobalOptions) -> GlobalOptions:
        return GlobalOptions(
            json=self.json or later.json,
            profile=later.profile or self.profile,
            no_input=self.no_input or later.no_input,
        )


@dataclass
class Invocation:
    """Results go to stdout: for people by `human`, or as JSON with `--json`. Remarks go to stderr."""

    options: GlobalOptions
    prompter: Prompter = field(init=False)

    def __post_init__(self) -> None:
        self.prompter = Prompter(no_input=self.options.no_input)

    @property
    def profile_name(self) -> str:
        return self.options.profile or DEFAULT_PROFILE

    @cached_property
    def console(self) -> Console:
        """For results. Markup, highlighting and emoji codes are off: text is shown as it is."""
        from kezclient.console import plain_console

        return plain_console(in_terminal=self.in_terminal)

    @property
    def in_terminal(self) -> bool:
        return sys.stdout.isatty()

    def result(self, document: dict[str, Any], human: Callable[[Console], None]) -> None:
        """The outcome of the command: one JSON document on one line, or what `human` prints."""
        if self.options.json:
            self.json_line(document)
        else:
            human(self.console)

    def json_line(self, document: dict[str, Any]) -> None:
        """One line of pure ASCII: nothing in it can disturb a terminal."""
        sys.stdout.write(json.dumps(document) + "\n")
        sys.stdout.flush()

    def note(self, sentence: str) -> None:
        """A remark on the way: it belongs to no result."""
        if self.options.json:
            sys.stderr.write(json.dumps({"note": sentence}) + "\n")
        else:
            sys.stderr.write(neutralise(sentence) + "\n")
        sys.stderr.flush()

    def warn(self, sentence: str) -> None:
        """A remark that should not be missed."""
        if self.options.json:
            sys.stderr.write(json.dumps({"warning": sentence}) + "\n")
        else:
            sys.stderr.write(f"Warning: {neutralise(sentence)}\n")
        sys.stderr.flush()

    def show_secret(self, text: str) -> None:
        """Straight to the person: never to stdout, where it could end up in a file."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def fail(self, error: ClientError) -> None:
        """The error as the result: JSON on stdout with `--json`, else a sentence on stderr."""
        if self.options.json:
            self.json_line(error.document())
        else:
            sys.stderr.write(f"{neutralise(str(error))}\n")
            sys.stderr.flush()
