"""Two slow places below the `iroh` package, each with a way around that leaves once it is not needed.

**Copies.** The package's Python part is written by uniffi, which up to its version 0.31 puts bytes into Rust's memory
one by one, in a Python loop: 3 MB a second (mozilla/uniffi-rs#2824, mended in 0.32). Here one `memmove` takes the
loop's place, if the loop is there and the `memmove` gives the same bytes.

**Pages.** Each megabyte that is sent or received is allocated, and freed again. By default glibc asks the kernel for
such a block each time, and the kernel clears it page by page; told to keep what was freed, it takes a quarter less
processor time to send. It would keep some for each thread: told to share, it takes less memory too.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

from iroh import iroh_ffi

_LOOP = "enumerate"
_SAMPLE = bytes(range(256)) * 3

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h of glibc
_KEPT_BYTES = 8 * 1024 * 1024
_ARENAS = 2


@functools.cache
def quicken() -> None:
    """Do what can be done, once for this process."""
    replace_slow_write(iroh_ffi)
    _keep_freed_memory()


def replace_slow_write(module: Any) -> bool:
    """Whether `module`, which uniffi wrote, had the slow loop, and no longer has it."""
    builder = getattr(module, "_UniffiRustBufferBuilder", None)
    slow = getattr(builder, "write", None)
    if builder is None or _LOOP not in getattr(getattr(slow, "__code__", None), "co_names", ()):
        return False
    builder.write = _write_at_once
    if _gives_same_bytes(builder):
        return True
    builder.write = slow
    return False


def _write_at_once(builder: Any, value: bytes) -> None:
    with builder._reserve(len(value)):
        if value:
            start = ctypes.addressof(builder.rbuf.data.contents) + builder.rbuf.len
            ctypes.memmove(start, bytes(value), len(value))


def _gives_same_bytes(builder_class: Any) -> bool:
    try:
        builder = builder_class()
        builder.write(_SAMPLE[:100])
        builder.write(_SAMPLE[100:])
        written = bytes(builder.rbuf.data[0 : builder.rbuf.len])
        builder.discard()
    except Exception:  # noqa: BLE001 - whatever it is: another layout than the one that this was made for
        return False
    return written == _SAMPLE


def _keep_freed_memory() -> None:
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # another C library than glibc
        return
    mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
    mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
    mallopt(_M_ARENA_MAX, _ARENAS)
