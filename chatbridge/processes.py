"""What the long-running commands share: they check the broker, run until SIGTERM or Ctrl-C, and then end with 0."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine
from typing import Any

from django.core.management.base import CommandError

from chatbridge.broker import backend_connection, system_connection
from chatbridge.jetstream import NOT_YET, JetStreamError
from chatbridge.safety import UnsafeBroker, check_broker
from chatbridge.streams import UnsafeStream, check_streams, ensure_streams
from natslink.errors import LinkError, NoResponders, RequestTimedOut

RETRY_SECONDS = 0.5


async def check_before_start(*, wait: float) -> str:
    """A sentence about broker and streams, waited for up to `wait` seconds; raises what made it impossible."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait
    while True:
        try:
            return await check_broker_and_streams(timeout=2.0)
        except (LinkError, UnsafeStream, JetStreamError):
            if loop.time() + RETRY_SECONDS > deadline:
                raise
        await asyncio.sleep(RETRY_SECONDS)


async def check_broker_and_streams(*, timeout: float) -> str:  # noqa: ASYNC109 - for each connection
    """A sentence about both; raises LinkError, UnsafeBroker, UnsafeStream, JetStreamError."""
    system, backend = system_connection(), backend_connection()
    try:
        await system.start(timeout=timeout)
        safe = await check_broker(system)
        await backend.start(timeout=timeout)
        return f"{safe}; {await check_streams(backend)}"
    finally:
        await system.close()
        await backend.close()


async def make_streams(*, wait: float, accept_loss: bool = False) -> str:
    """Our streams by `ensure_streams`, on a broker that is safe; answers a sentence about both.

    A cluster that has just started has no leader yet, or not all of its nodes: that is waited for, up to `wait`
    seconds. Raises LinkError, UnsafeBroker, UnsafeStream, JetStreamError.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait
    system, backend = system_connection(), backend_connection()
    try:
        await system.start(timeout=wait)
        safe = await check_broker(system)
        await backend.start(timeout=wait)
        while True:
            try:
                return f"{await ensure_streams(backend, accept_loss=accept_loss)}; {safe}."
            except (RequestTimedOut, NoResponders, JetStreamError) as error:
                for_good = isinstance(error, JetStreamError) and error.err_code not in NOT_YET
                if for_good or loop.time() + RETRY_SECONDS > deadline:
                    raise
            await asyncio.sleep(RETRY_SECONDS)
    finally:
        await system.close()
        await backend.close()


def run_process(work: Callable[[], Coroutine[Any, Any, None]], *, on_stop: Callable[[], None]) -> None:
    """Run `work` until it ends; SIGTERM and SIGINT call `on_stop`. A typed failure becomes one sentence and exit 1."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(RuntimeError):  # outside the main thread there are no signals to hear
                loop.add_signal_handler(number, on_stop)
        await work()

    try:
        asyncio.run(main())
    except (LinkError, UnsafeBroker, UnsafeStream, JetStreamError) as error:
        raise CommandError(str(error)) from error
