"""How far a transfer is: a bar with rate and time left on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from kezclient.sanitize import one_line

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from kezclient.invocation import Invocation


class Progress(Protocol):
    """`show` says what goes on and how far it is, in bytes; less than before, or another total, begins a new bar."""

    def show(self, what: str, done: int, total: int) -> None: ...

    def say(self, what: str) -> None:
        """Something is waited for, and nobody knows how long."""


class NoProgress:
    def show(self, what: str, done: int, total: int) -> None:
        """Nobody is looking."""

    def say(self, what: str) -> None:
        """Nobody is looking."""


class Bar:
    """A line of its own on the terminal, gone at the end."""

    def __init__(self, bars: RichProgress) -> None:
        self._bars = bars
        self._task: TaskID | None = None
        self._total: int | None = None
        self._done = 0

    def show(self, what: str, done: int, total: int) -> None:
        if self._task is None or self._total != total or done < self._done:
            self._begin(what, total)
        self._done = done
        if self._task is not None:
            self._bars.update(self._task, description=one_line(what), completed=done)

    def say(self, what: str) -> None:
        if self._task is None or self._total is not None:
            self._begin(what, None)
        if self._task is not None:
            self._bars.update(self._task, description=one_line(what))

    def _begin(self, what: str, total: int | None) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task, self._total = self._bars.add_task(one_line(what), total=total), total


@contextmanager
def progress_of(run: Invocation) -> Iterator[Progress]:
    """On stderr, if that is a terminal and no JSON was asked for."""
    if run.options.json or not sys.stderr.isatty():
        yield NoProgress()
        return
    from kezclient.progress_columns import bars_on_stderr

    with bars_on_stderr() as bars:
        yield Bar(bars)
