"""The Range header of a download (RFC 9110 14.2): one range of bytes, everything else means the whole file. Pure."""

import re
from dataclasses import dataclass

from files.errors import RangeNotSatisfiable

_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `first` to `last`, both included, of `length` bytes."""

    first: int
    last: int
    length: int

    @property
    def content_range(self) -> str:
        return f"bytes {self.first}-{self.last}/{self.length}"


def parse_range(header: str, *, length: int) -> ByteRange | None:
    """The range to answer with 206, or None for the whole file; RangeNotSatisfiable if no byte of it exists.

    A header that is no single range of bytes is ignored, as the RFC allows.
    """
    match = _ONE_RANGE.fullmatch(header.replace(" ", ""))
    if match is None or match[0] == "bytes=-":
        return None
    if not match[1]:
        first, last = max(length - int(match[2]), 0), length - 1
    else:
        first, last = int(match[1]), min(int(match[2] or length), length - 1)
        if match[2] and int(match[2]) < first:
            return None  # not a range at all
    if first >= length:
        raise RangeNotSatisfiable(headers={"Content-Range": f"bytes */{length}"})
    return ByteRange(first, last, length)
