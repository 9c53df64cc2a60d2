"""Ending tasks for sure."""

import asyncio
from collections.abc import Collection

INSIST_SECONDS = 1.0


async def ended(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancels and waits until all have ended. More than once if need be: nats-py swallows a cancellation that meets a
    full buffer, and before Python 3.12 wait_for can.
    """
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=INSIST_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not report what another one's failure brought about
