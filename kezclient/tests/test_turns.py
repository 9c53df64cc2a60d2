"""Threads that work at once and take turns: what is in order stays so, and an error cuts no more off than it must."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from typing import cast

import iroh
import pytest

from kezclient.iroh.faults import Unreachable
from kezclient.iroh.turns import Turns, work_through
from kezclient.iroh.watching import Patience, Watch


class Node:
    """Of a connection, what a watch looks at."""

    def __init__(self) -> None:
        self.udp_rx_bytes = 7

    def stats(self) -> Node:
        return self


def watch(patience: Patience | None = None) -> Watch:
    return Watch(cast("iroh.Connection", Node()), patience or Patience())


class Odd(Exception):  # noqa: N818
    """What goes wrong here."""


class Notes:
    """Work that writes its numbers down. It fails at those in `bad`, and waits for ever at those in `dead`."""

    def __init__(self, bad: tuple[int, ...] = (), dead: tuple[int, ...] = ()) -> None:
        self.bad, self.dead = bad, dead
        self.written: list[int] = []
        self.turns = Turns(0)
        self._end = threading.Event()

    def hand(self) -> Callable[[int], int]:
        def note(number: int) -> int:
            # Some are ready early.
            sum(range(random.randrange(3000)))
            if number in self.bad:
                raise Odd(number)
            with self.turns.turn(number):
                if number in self.dead:
                    self._end.wait()
                    raise Unreachable("cut")
                self.written.append(number)
            return 1

        return note

    def failed(self, number: int) -> None:
        self.turns.stop(number)

    def cut(self) -> None:
        self.turns.stop(0)
        self._end.set()


async def test_turns_come_in_the_order_of_the_numbers():
    work = Notes()
    seen: list[int] = []
    await work_through(work, range(100), watch(), seen.append)
    assert work.written == list(range(100))
    assert sum(seen) == 100


async def test_nothing_is_a_short_work():
    await work_through(Notes(), range(0), watch(), lambda _done: None)


@pytest.mark.parametrize("bad", [(0,), (1,), (50,), (99,), (50, 51), (51, 52, 50)])
async def test_what_comes_before_an_error_is_done_and_nothing_after_it(bad: tuple[int, ...]):
    work = Notes(bad)
    seen: list[int] = []
    with pytest.raises(Odd) as caught:
        await work_through(work, range(100), watch(), seen.append)
    assert caught.value.args == (min(bad),)
    assert work.written == list(range(min(bad)))
    assert sum(seen) == min(bad)


async def test_whoever_looks_on_can_end_it():
    work = Notes(dead=(10,))

    def enough(_done: int) -> None:
        raise Odd

    with pytest.raises(Odd):
        await work_through(work, range(100), watch(), enough)
    assert work.written == list(range(len(work.written)))


async def test_it_ends_when_patience_does():
    with pytest.raises(Unreachable, match="nothing was heard"):
        await work_through(Notes(dead=(10,)), range(100), watch(Patience(silence=0.2)), lambda _done: None)


async def test_it_ends_when_it_is_cancelled():
    work, there = Notes(dead=(10,)), asyncio.Event()
    task = asyncio.create_task(work_through(work, range(100), watch(), lambda _done: there.set()))
    await there.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_nobody_gets_further_ahead_than_is_allowed():
    work = Notes()
    work.turns = Turns(0, 5)
    seen: list[int] = []

    def look(done: int) -> None:
        seen.append(done)
        if sum(seen) == 5:
            raise Odd

    with pytest.raises(Odd):
        await work_through(work, range(100), watch(), look)
    assert work.written == list(range(5))
