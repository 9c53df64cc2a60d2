"""A few threads with numbered work: most of it at once, some of it in the order of the numbers."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from kezclient.iroh.pipeline import settled
from kezclient.iroh.watching import Watch

# While one waits for the other side or the disk, the others have work. Each has room for a chunk, sealed and not.
THREADS = 3


class Stopped(Exception):  # noqa: N818 - named for what happened
    """The turn of this number will not come."""


class Turns:
    """For one thing that is done in order, from the number `first` on, and of what is below `allowed`."""

    def __init__(self, first: int, allowed: int = sys.maxsize) -> None:
        self._next, self._allowed, self._end = first, allowed, sys.maxsize
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, number: int) -> Iterator[None]:
        """Waits for it. Stopped if it will not come. After an error it does not end: what follows waits for `stop`."""
        with self._changed:
            self._changed.wait_for(lambda: number >= self._end or self._next == number < self._allowed)
            if number >= self._end:
                raise Stopped
        yield
        with self._changed:
            self._next += 1
            self._changed.notify_all()

    def allow(self, allowed: int) -> None:
        with self._changed:
            self._allowed = allowed
            self._changed.notify_all()

    def stop(self, at: int) -> None:
        """Neither `at` nor anything after it gets a turn; what is before goes on."""
        with self._changed:
            self._end = min(self._end, at)
            self._changed.notify_all()


class Work(Protocol):
    """`failed` is called after `hand`'s function raised for this number: all before it are still to be finished."""

    def hand(self) -> Callable[[int], int]:
        """What one thread does with each of its numbers; how many bytes of the file that were."""

    def failed(self, number: int) -> None: ...

    def cut(self) -> None:
        """Whatever waits ends, soon."""


async def work_through(work: Work, numbers: range, watch: Watch, on_done: Callable[[int], None]) -> None:
    """Returns when all is done. On an error what comes before its number is finished; of several the first counts.

    `on_done` is called with how many bytes were done since the last time. If it raises, or `watch` loses patience,
    all is cut short. No thread works on when this is left.
    """
    crew = _Crew(work)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="lane") as executor:
        running = [executor.submit(crew.run, numbers[each::THREADS]) for each in range(THREADS)]
        for each in running:
            each.add_done_callback(crew.tell)
        try:
            while not all(each.done() for each in running):
                await _next(crew, watch)
                if done := crew.take_done():
                    on_done(done)
        finally:
            work.cut()
            await settled(running)
            if done := crew.take_done():
                on_done(done)
    crew.raise_first()


async def _next(crew: _Crew, watch: Watch) -> None:
    try:
        async with asyncio.timeout(watch.interval):
            await crew.moved.wait()
        watch.moved()
    except TimeoutError:
        watch.look()
    crew.moved.clear()


class _Crew:
    """What the threads did, told to the event loop: once, however much there is to tell."""

    def __init__(self, work: Work) -> None:
        self.moved = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._work = work
        self._lock = threading.Lock()
        self._done = 0
        self._errors: dict[int, BaseException] = {}

    def run(self, numbers: Sequence[int]) -> None:
        number = 0
        try:
            do = self._work.hand()
            for number in numbers:
                size = do(number)
                with self._lock:
                    self._done += size
                    is_news = self._done == size
                if is_news:
                    self.tell()
        except Stopped:
            return
        except BaseException as error:  # noqa: BLE001 - raised again, by `raise_first`
            with self._lock:
                self._errors[number] = error
            self._work.failed(number)

    def tell(self, _future: object = None) -> None:
        self._loop.call_soon_threadsafe(self.moved.set)

    def take_done(self) -> int:
        with self._lock:
            done, self._done = self._done, 0
        return done

    def raise_first(self) -> None:
        if self._errors:
            raise self._errors[min(self._errors)]
