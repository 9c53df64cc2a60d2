"""Which entry of a list is meant by a name, or by the first digits of an id."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kezclient.files import LEAST_REF
from kezclient.publishing.collection import ref_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kezproto.bodies import FileBody

T = TypeVar("T")


def fitting(entries: Iterable[T], which: str, file_of: Callable[[T], FileBody]) -> list[T]:
    """Those that bear this name, or whose id begins so; a name needs all of its characters, an id four."""
    return [each for each in entries if _is_meant(file_of(each), which)]


def _is_meant(file: FileBody, which: str) -> bool:
    begins = len(which) >= LEAST_REF and ref_of(file).startswith(which.lower())
    return begins or file.filename == which
