"""Noticing that the other side is gone, or will not go on: QUIC by itself takes half a minute, or for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from kezclient.iroh.faults import Unreachable, reason_of
from kezclient.iroh.iroh_node import FFI_ERRORS

if TYPE_CHECKING:
    import iroh

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """`silence`: seconds without one datagram from the other node, which sends some every five. `stall`: seconds
    for one step, such as a chunk of a megabyte on a slow line."""

    silence: float = 8.0
    stall: float = 180.0


class Watch:
    """Over one step after the other: `moved` says that the next one began."""

    def __init__(self, connection: iroh.Connection, patience: Patience) -> None:
        self._connection, self._patience = connection, patience
        self._time = asyncio.get_running_loop().time
        self._heard, self._heard_at = -1, self._time()
        self._began = self._heard_at

    @property
    def interval(self) -> float:
        """How often to look, in seconds."""
        return self._patience.silence / 3

    def moved(self) -> None:
        self._began = self._time()

    def look(self) -> None:
        """Unreachable if patience is at its end."""
        now, received = self._time(), self._connection.stats().udp_rx_bytes
        if received != self._heard:
            self._heard, self._heard_at = received, now
        if now - self._heard_at >= self._patience.silence:
            raise Unreachable(f"nothing was heard for {self._patience.silence:.0f} s")
        if now - self._began >= self._patience.stall:
            raise Unreachable(f"no progress for {self._patience.stall:.0f} s")


async def step(connection: iroh.Connection, work: Coroutine[Any, Any, T], patience: Patience) -> T:
    """The result of one read or write. Unreachable if the other node is gone, or the step takes too long.

    A read that was given up loses what it had read: do not use its stream again.
    """
    task = asyncio.ensure_future(work)
    watch = Watch(connection, patience)
    try:
        while True:
            done, _ = await asyncio.wait({task}, timeout=watch.interval)
            if done:
                return task.result()
            watch.look()
    except FFI_ERRORS as error:
        raise Unreachable(reason_of(error)) from error
    finally:
        task.cancel()
