"""Sizes in words."""

from __future__ import annotations

_UNITS = ("KiB", "MiB", "GiB", "TiB")


def size_in_words(size: int) -> str:
    """`1 byte`, `80.0 KiB`, `4.7 MiB`: rounded down, so that nothing looks as large as a limit that it is below."""
    if size < 1024:
        return "1 byte" if size == 1 else f"{size} bytes"
    tenths, unit = size * 10 // 1024, 0
    while tenths >= 10240 and unit < len(_UNITS) - 1:
        tenths, unit = tenths // 1024, unit + 1
    return f"{tenths // 10}.{tenths % 10} {_UNITS[unit]}"
