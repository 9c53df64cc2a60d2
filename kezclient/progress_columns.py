"""The bar of `progress.py`, in rich's terms; loaded only where somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

if TYPE_CHECKING:
    from rich.progress import Task


class _Bytes(DownloadColumn):
    def render(self, task: Task) -> Text:
        return super().render(task) if task.total is not None else Text()


class _Rate(TransferSpeedColumn):
    def render(self, task: Task) -> Text:
        return super().render(task) if task.total is not None else Text()


def bars_on_stderr() -> Progress:
    """A line that disappears at the end; amount, rate and time left only where the total is known."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        _Bytes(binary_units=True),
        _Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
