import asyncio
import threading

import pytest

from httpapi.gathering import Gatherer


class Desk:
    """Doubles numbers; the first batch waits until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.threads: set[int] = set()
        self.go = threading.Event()

    def answer(self, numbers):
        self.batches.append(list(numbers))
        self.threads.add(threading.get_ident())
        assert self.go.wait(10)
        if 13 in numbers:
            raise ValueError("13")
        return [2 * number for number in numbers]


async def asked(gatherer: Gatherer[int, int], numbers) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(gatherer.ask(number)) for number in numbers]
    await asyncio.sleep(0)
    return tasks


async def test_what_comes_during_one_batch_makes_the_next():
    desk = Desk()
    gatherer = Gatherer(desk.answer, name="test")
    first = await asked(gatherer, [1])
    later = await asked(gatherer, [2, 3, 4])
    desk.go.set()
    assert await asyncio.gather(*first, *later) == [2, 4, 6, 8]
    assert [number for batch in desk.batches for number in batch] == [1, 2, 3, 4]
    assert len(desk.batches) == 2
    assert len(desk.threads) == 1


async def test_a_failure_reaches_all_who_asked_and_none_after_them():
    desk = Desk()
    gatherer = Gatherer(desk.answer, name="test")
    first = await asked(gatherer, [1])
    unlucky = await asked(gatherer, [12, 13])
    desk.go.set()
    assert await first[0] == 2
    for task in unlucky:
        with pytest.raises(ValueError, match="13"):
            await task
    assert await gatherer.ask(14) == 28


async def test_who_no_longer_waits_holds_up_nobody():
    desk = Desk()
    gatherer = Gatherer(desk.answer, name="test")
    gone, other = await asked(gatherer, [1, 2])
    gone.cancel()
    desk.go.set()
    assert await other == 4
