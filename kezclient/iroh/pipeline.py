"""Work on numbered chunks, done in threads a little ahead of where it is needed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from concurrent.futures import Executor, Future
from typing import TypeVar

T = TypeVar("T")

DEPTH = 3


async def ahead(
    executor: Executor, work: Callable[[int], T], numbers: Iterable[int], depth: int = DEPTH
) -> AsyncGenerator[T, None]:
    """The results of `work`, in order, at most `depth` of them ready or under way.

    Close it (`contextlib.aclosing`): no thread works on when it is closed.
    """
    waiting = iter(numbers)
    begun: deque[Future[T]] = deque()
    try:
        while True:
            while len(begun) < depth:
                number = next(waiting, None)
                if number is None:
                    break
                begun.append(executor.submit(work, number))
            if not begun:
                return
            yield await asyncio.wrap_future(begun[0])
            begun.popleft()
    finally:
        await settled(begun)


async def settled(begun: Iterable[Future[T]]) -> None:
    """Returns when no thread works on any of these, whatever came of them."""
    running = [asyncio.wrap_future(each) for each in begun if not each.cancel()]
    await asyncio.gather(*running, return_exceptions=True)
