# ruff: noqa: N818 - named for what happened
"""What can go wrong between two nodes, in words of this package; `fetching` and `sharing` make sentences of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kezproto.blob_wire import Status

_BUILD_PATH = re.compile(r"\s*\(/[^)]*\)")


class IrohFault(Exception):
    """The root. `str(fault)` is half a sentence: a reason."""


class Unreachable(IrohFault):
    """The other node does not answer, or stopped in the middle: trying again may help."""


class Refused(IrohFault):
    """The other node answered, and said no."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name.lower().replace("_", " "))
        self.status = status


class Lied(IrohFault):
    """What came is not what was promised; none of it was used."""


class CannotBind(IrohFault):
    """This machine cannot listen where it should."""


class TakenBack(IrohFault):
    """A file of ours is no longer shared."""


class ChangedSince(IrohFault):
    """A file of ours is no longer what was shared."""


def reason_of(error: object) -> str:
    """What an error of the `iroh` package is about: the innermost cause. Its text also holds a stack and the paths of
    the machine that built it."""
    message = getattr(error, "debug_message", None)
    text = str(message() if callable(message) else error).partition("Stack backtrace")[0]
    lines = [line.strip() for line in _BUILD_PATH.sub("", text).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
