"""What operators are alerted of. Each room registers its kinds: a function that says what waits now, or None.

It runs when the alert is sent (`tasks`), so an alert that was put off tells of all that came meanwhile, or is not sent.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alert:
    """`text` is one sentence without anything private; `path` where on this server it is dealt with."""

    text: str
    path: str


_kinds: dict[str, Callable[[], Alert | None]] = {}


def register_kind(name: str, describe: Callable[[], Alert | None]) -> None:
    _kinds[name] = describe


def describe(kind: str) -> Alert | None:
    """What waits now."""
    return _kinds[kind]()
