"""Writers of one process take turns on SQLite."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_turn = threading.RLock()


@contextmanager
def in_turn() -> Iterator[None]:
    """SQLite has one writer at a time, and lets the others look again after ever longer naps, of 0.1 s at last. The
    threads of one process rather wait here, where the next one goes on at once. Other databases need no turns.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with _turn:
        yield
