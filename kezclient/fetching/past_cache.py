"""Writing past the page cache, where the system and the file system can.

A copy of a large file in memory costs more processor time than hashing and opening it, and pushes out what others
have there. And what is already on the disk need not be waited for at the end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# What is written so begins and ends at such a place, in memory and in the file.
PAGE_BYTES = 4096


def write_past_cache(handle: int, pages: memoryview, place: int) -> int:
    """How many bytes were written there: fewer than all, or none, where they have to be written as usual."""
    try:
        with _direct(handle):
            return os.pwrite(handle, pages, place)
    except OSError:
        return 0


@contextmanager
def _direct(handle: int) -> Iterator[None]:
    """OSError where there is no such thing."""
    flag = getattr(os, "O_DIRECT", 0)
    if not flag or fcntl is None:
        raise OSError("there is no way past the page cache")
    flags = fcntl.fcntl(handle, fcntl.F_GETFL)
    fcntl.fcntl(handle, fcntl.F_SETFL, flags | flag)
    try:
        yield
    finally:
        fcntl.fcntl(handle, fcntl.F_SETFL, flags)
