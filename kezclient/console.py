"""The console for results: rich without its liberties."""

from __future__ import annotations

from rich.console import Console

WIDE = 400


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Rich would exit with code 1; `command` knows better."""
        raise BrokenPipeError


def plain_console(*, in_terminal: bool) -> Console:
    """Markup, highlighting and emoji codes are off; outside a terminal no line is ever broken."""
    width = None if in_terminal else WIDE
    return _Console(markup=False, highlight=False, emoji=False, width=width, soft_wrap=True)


def remark_console() -> Console:
    """For remarks on a terminal, on stderr, as plain as results."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)
