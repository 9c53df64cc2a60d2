"""Two ways to do a thing, timed in turns, so that a busy moment of the machine hits both.

Nothing here asserts a time: machines differ, and a ratio in a report can be read where a failed test cannot.
"""

import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any


def _nothing() -> None:
    """The preparation of a side that needs none."""


@dataclass(frozen=True)
class Side:
    """One way to do it: `prepare` runs before each round, off the clock; `run` gets what it made and is timed."""

    what: str
    run: Callable[[Any], object]
    prepare: Callable[[], Any] = _nothing


@dataclass(frozen=True)
class Comparison:
    """`ours` against `bare`; each round does the thing `operations` times on both sides."""

    name: str
    ours: Side
    bare: Side
    operations: int
    rounds: int


@dataclass(frozen=True)
class Measured:
    """Seconds for one operation, round by round; the two lists belong together by index."""

    comparison: Comparison
    ours: Sequence[float]
    bare: Sequence[float]

    @property
    def ratio(self) -> float:
        """The median over the rounds of our time by the bare time: 1 is free, 2 is twice as long."""
        return statistics.median(self._ratios)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Half of the rounds had a ratio between these two."""
        lower, _, upper = statistics.quantiles(self._ratios, n=4)
        return lower, upper

    @property
    def _ratios(self) -> list[float]:
        return [mine / bare for mine, bare in zip(self.ours, self.bare, strict=True)]


def measure(comparison: Comparison) -> Measured:
    """Runs one round of each side to warm up, then all rounds in turns: ours first, bare first, ours first, …"""
    _timed(comparison.ours, comparison.operations)
    _timed(comparison.bare, comparison.operations)
    ours: list[float] = []
    bare: list[float] = []
    for number in range(comparison.rounds):
        pair = [(comparison.ours, ours), (comparison.bare, bare)]
        for side, times in pair if number % 2 == 0 else reversed(pair):
            times.append(_timed(side, comparison.operations))
    return Measured(comparison, ours, bare)


async def timed(deed: Callable[[], Awaitable[object]]) -> float:
    """Seconds that it takes."""
    gc.collect()
    began = time.perf_counter()
    await deed()
    return time.perf_counter() - began


def _timed(side: Side, operations: int) -> float:
    prepared = side.prepare()
    gc.collect()
    began = time.perf_counter()
    side.run(prepared)
    return (time.perf_counter() - began) / operations
