"""Tables below the fields of a row's page: what other rooms know about it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """Text, with the address that it leads to, if any. `at`: a moment instead of text."""

    text: object
    href: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled table. `empty` is said where there are no rows; `more` leads to all of them."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    empty: str
    more: str = ""
