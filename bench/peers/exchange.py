"""Pairs of people who write to each other through any server: how long each message is on its way."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench.measure import timed

LIMIT_SECONDS = 120.0

_names = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Pair:
    """`send` writes a message of this name; `read` waits until some arrive at the other end, and gives their names."""

    send: Callable[[str], Awaitable[object]]
    read: Callable[[], Awaitable[Sequence[str]]]


async def exchange(pairs: Sequence[Pair], *, messages: int, window: int, pause: float = 0.0) -> list[float]:
    """Seconds of each message from its write until the reader has it; `messages` of each pair, `window` under way.

    The next one is written `pause` seconds after the one before has arrived and its sender was answered.
    """
    async with asyncio.timeout(LIMIT_SECONDS):
        all_times = await asyncio.gather(*(_one(pair, messages, window, pause) for pair in pairs))
    return list(itertools.chain.from_iterable(all_times))


@dataclass(frozen=True, slots=True)
class Talk:
    """Messages a second of each round; seconds of each message among many, and of each one alone."""

    rates: Sequence[float]
    crowded: Sequence[float]
    single: Sequence[float]


async def talk(
    pairs: Sequence[Pair], *, rounds: int, messages: int, window: int, single: int, pause: float
) -> Talk:
    """All pairs at work, `rounds` times after one that warms up; then `single` messages of the first pair."""
    await exchange(pairs, messages=messages, window=window)
    rates: list[float] = []
    crowded: list[float] = []

    async def one_round() -> None:
        crowded.extend(await exchange(pairs, messages=messages, window=window))

    for _ in range(rounds):
        rates.append(len(pairs) * messages / await timed(one_round))
    return Talk(rates, crowded, await exchange(pairs[:1], messages=single, window=1, pause=pause))


async def _one(pair: Pair, messages: int, window: int, pause: float) -> list[float]:
    waiting: dict[str, asyncio.Future[float]] = {}
    left = iter(range(messages))
    times = []

    async def write() -> None:
        for _ in left:
            await asyncio.sleep(pause)
            name = str(next(_names))
            waiting[name] = asyncio.get_running_loop().create_future()
            began = time.perf_counter()
            await pair.send(name)
            times.append(await waiting[name] - began)

    async def read() -> None:
        got = 0
        while got < messages:
            for name in await pair.read():
                waiting[name].set_result(time.perf_counter())
                got += 1

    await asyncio.gather(read(), *(write() for _ in range(window)))
    return times
