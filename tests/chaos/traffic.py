"""Traffic of many pairs at once, and newcomers who log in, with a ledger of what became of everything."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Sequence

import httpx
from websockets.exceptions import WebSocketException

from chatbridge.tests.sockets import Chatter, online
from devstack.stack import Stack
from tests.chaos.ledger import Ledger
from tests.chaos.people import LOGIN_TROUBLE, BrokerPair, FileSender, Talkers, WebsocketPair, log_in_once

SETTLE_SECONDS = 120.0
LOOK_SECONDS = 0.1
# Between two files of one sender, at most: there are few of them, and each tells whether files work.
FILE_SECONDS = 2.0
PAIRS_A_SECOND = 5  # who come, each with two logins; all at once is another test


class Traffic:
    """`pairs` write to each other, `newcomers` come and go, until `finish`."""

    def __init__(
        self, stack: Stack, *, websockets: int, brokers: int, files: int, every: float, newcomers: bool = True
    ) -> None:
        self.stack = stack
        self.ledger = Ledger()
        self.pairs: list[Talkers] = [
            *(WebsocketPair(stack, self.ledger, every=every) for _ in range(websockets)),
            *(BrokerPair(stack, self.ledger, every=every) for _ in range(brokers)),
            *(FileSender(stack, self.ledger, every=min(every, FILE_SECONDS)) for _ in range(files)),
        ]
        self._newcomers = newcomers
        self._writing: list[asyncio.Task[None]] = []
        self._reading: list[asyncio.Task[None]] = []
        self._quiet = asyncio.Event()

    async def register(self) -> None:
        """A few at a time: as people come."""
        doors = asyncio.Semaphore(4)

        async def one(pair: Talkers) -> None:
            async with doors:
                await pair.register()

        await asyncio.gather(*(one(pair) for pair in self.pairs))

    async def begin(self, *, seconds: float = 180) -> None:
        """Returns when every pair reads, and something has arrived on every way."""
        for pair in self.pairs:
            self._reading.append(asyncio.create_task(pair.read()))
            self._writing.append(asyncio.create_task(pair.write()))
            await asyncio.sleep(1 / PAIRS_A_SECOND)
        if self._newcomers:
            self._writing.append(asyncio.create_task(self._newcomer("new login at the broker", self._log_in)))
            self._writing.append(asyncio.create_task(self._newcomer("new websocket", self._open_socket)))
            self._writing.append(asyncio.create_task(self._newcomer("look-up", self._look_up)))
        await asyncio.wait_for(asyncio.gather(*(pair.listening.wait() for pair in self.pairs)), seconds)
        await self.until_all_ways_work(time.monotonic(), seconds=seconds)

    @property
    def ways(self) -> set[str]:
        newcomers = {"new login at the broker", "new websocket", "look-up"} if self._newcomers else set()
        return {pair.way for pair in self.pairs} | newcomers

    async def until_all_ways_work(self, moment: float, *, seconds: float) -> dict[str, float]:
        """How long each way took, from `moment` on, until something that began later went through."""
        deadline = time.monotonic() + seconds
        while True:
            gaps = self.ledger.gaps(moment)
            if gaps.keys() >= self.ways:
                return gaps
            self._raise_what_failed()
            if time.monotonic() > deadline:
                raise TimeoutError(f"still nothing by {self.ways - gaps.keys()}; {self.ledger.count()}")
            await asyncio.sleep(LOOK_SECONDS)

    async def finish(self) -> None:
        """Nobody writes any more; returns when all has an answer and what was accepted has come, or time is over."""
        self._quiet.set()
        for pair in self.pairs:
            pair.quiet.set()
        await asyncio.wait_for(asyncio.gather(*self._writing), SETTLE_SECONDS * 2)
        deadline = time.monotonic() + SETTLE_SECONDS
        while self.ledger.missing and time.monotonic() < deadline:
            self._raise_what_failed()
            await asyncio.sleep(LOOK_SECONDS)

    async def stop(self) -> None:
        for task in [*self._writing, *self._reading]:
            task.cancel()
        await asyncio.gather(*self._writing, *self._reading, return_exceptions=True)

    def _raise_what_failed(self) -> None:
        for task in [*self._writing, *self._reading]:
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error

    # Newcomers ----------------------------------------------------------------------------------------

    async def _newcomer(self, way: str, come) -> None:
        """Comes again and again; each visit is one item of the ledger, tried until it succeeds."""
        person = Chatter()
        await asyncio.to_thread(person.register, self.stack)
        while not self._quiet.is_set():
            item = secrets.token_hex(16)
            self.ledger.begin(item, way)
            while not await come(person):
                await self._pause()
            self.ledger.accept(item)
            self.ledger.deliver(item)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.7):
                    await self._quiet.wait()

    async def _pause(self) -> None:
        await asyncio.sleep(LOOK_SECONDS)

    async def _log_in(self, person: Chatter) -> bool:
        try:
            await log_in_once(self.stack, person)
        except LOGIN_TROUBLE:
            return False
        return True

    async def _open_socket(self, person: Chatter) -> bool:
        try:
            async with online(self.stack, person):
                return True
        except (OSError, WebSocketException, AssertionError, TimeoutError):
            return False

    async def _look_up(self, person: Chatter) -> bool:
        async with httpx.AsyncClient(base_url=self.stack.base_url, timeout=5) as http:
            try:
                answer = await http.get(f"/v1/u/{person.local}")
            except httpx.TransportError:
                return False
            return answer.status_code == 200


@contextlib.asynccontextmanager
async def traffic(stack: Stack, **options: float) -> AsyncIterator[Traffic]:
    """Under way when the block begins; whatever happens, ended afterwards."""
    running = Traffic(stack, **options)  # type: ignore[arg-type]
    await running.register()
    try:
        await running.begin()
        yield running
    finally:
        await running.stop()


def slowest(gaps: dict[str, float]) -> str:
    """`1.2 s (websocket); look-up 0.1, …` for a line of figures."""
    order: Sequence[tuple[float, str]] = sorted(((gap, way) for way, gap in gaps.items()), reverse=True)
    shown = ", ".join(f"{way} {gap:.1f}" for gap, way in order)
    return f"{order[0][0]:.1f} s ({shown})"
