"""A web process that is told to stop finishes what it has begun, within `KEZ_STOP_SECONDS`.

First it says that it is not ready, so that a proxy sends the next ones elsewhere (`KEZ_STOP_DELAY_SECONDS`). Then it
opens its door to nobody, lets those go who wait (rooms hook in by `on_stop`), and ends when no request is left.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

Hook = Callable[[], Awaitable[None]]

logger = logging.getLogger(__name__)


class Draining:
    """Of one process."""

    def __init__(self) -> None:
        self.begun = False
        self.running = 0  # requests that are being answered
        self._hooks: list[Hook] = []
        self._idle: asyncio.Event | None = None

    def begin(self) -> None:
        """From here on /v1/readyz answers 503."""
        self.begun = True

    def on_stop(self, hook: Hook) -> None:
        """`hook` runs when the door is closed; it lets its waiting ones go and returns when they are gone."""
        self._hooks.append(hook)

    def forget(self, hook: Hook) -> None:
        self._hooks.remove(hook)

    @contextmanager
    def request(self) -> Iterator[None]:
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
            if not self.running and self._idle is not None:
                self._idle.set()

    async def finish(self, *, seconds: float) -> bool:
        """Returns when all is done; False if that takes longer."""
        self._idle = asyncio.Event()
        try:
            async with asyncio.timeout(seconds):
                for outcome in await asyncio.gather(
                    *(hook() for hook in self._hooks), return_exceptions=True
                ):
                    if isinstance(outcome, Exception):
                        logger.error("Something could not be ended in order", exc_info=outcome)
                while self.running:
                    self._idle.clear()
                    await self._idle.wait()
        except TimeoutError:
            logger.warning("Stopped with %d request(s) unanswered.", self.running)
            return False
        return True


draining = Draining()


class Finishing:
    """An ASGI application: counts the requests that `application` is answering."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        with draining.request():
            await self._application(scope, receive, send)
