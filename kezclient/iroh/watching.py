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


async def step(connection: iroh.Connection, work: Coroutine[Any, Any, T], patience: Patience) -> T:
    """The result of one read or write. Unreachable if the other node is gone, or the step takes too long.

    A read that was given up loses what it had read: do not use its stream again.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    heard, heard_at = -1, loop.time()
    began = heard_at
    try:
        while True:
            done, _ = await asyncio.wait({task}, timeout=patience.silence / 3)
            if done:
                return task.result()
            now, received = loop.time(), connection.stats().udp_rx_bytes
            if received != heard:
                heard, heard_at = received, now
            if now - heard_at >= patience.silence:
                raise Unreachable(f"nothing was heard for {patience.silence:.0f} s")
            if now - began >= patience.stall:
                raise Unreachable(f"no progress for {patience.stall:.0f} s")
    except FFI_ERRORS as error:
        raise Unreachable(reason_of(error)) from error
    finally:
        task.cancel()
