"""One process at a time moves an upload on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def upload_lock(path: Path) -> Iterator[bool]:
    """Whether the lock was got; without waiting for it. The system lets go of it when a process dies."""
    lock = FileLock(path, mode=0o600, is_singleton=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
