"""`kez-chat listen`: receive, show, flush, reconnect, until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.compose import Composer
from kezclient.errors import BrokerDown, BrokerRefused, ClientError
from kezclient.receipts import ReceiptNews, queue_read
from kezclient.receiving import Receiver
from kezclient.sending import outbox_of
from kezclient.sharing.upload_loop import UploadLoop
from kezclient.transport import FINAL_REFUSALS, backlog, connect
from natslink.errors import BrokerUnreachable, LinkError

if TYPE_CHECKING:
    from kezclient.runtime import Runtime
    from kezclient.store.messages import StoredMessage, Unopened
    from natslink.connection import SupervisedConnection

TICK_SECONDS = 0.5
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
DRAIN_PAUSE = 0.05
DRAIN_SILENCE_SECONDS = 30.0
LAST_FLUSH_SECONDS = 3.0
SHOWN_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """`once`: end when the backlog is drained. `count`: end after so many messages. `read`: send read receipts."""

    once: bool = False
    count: int | None = None
    seconds: float | None = None
    read: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """Where things are shown. None of these may raise but for a closed output."""

    message: Callable[[StoredMessage], None]
    unopened: Callable[[Unopened], None]
    receipt: Callable[[ReceiptNews], None]
    state: Callable[[str], None]


class Listener:
    """One run of `listen`. `stop` may be set from a signal handler."""

    def __init__(self, runtime: Runtime, options: ListenOptions, screen: Screen) -> None:
        self._runtime = runtime
        self._options = options
        self._screen = screen
        self._shown = 0
        self._flush_wanted = asyncio.Event()
        self._uploads = UploadLoop(runtime, screen.state)
        self.stop = asyncio.Event()

    async def run(self) -> None:
        """Until the options are fulfilled or `stop` is set. With `once`, a broker that is away is an error."""
        self._show_new()
        if self.stop.is_set():
            return
        limit = asyncio.timeout(self._options.seconds)
        with contextlib.suppress(TimeoutError):
            async with limit:
                await self._run_connected()

    async def _run_connected(self) -> None:
        connection = await self._connect_unless_stopped()
        if connection is None:
            return
        try:
            async with Receiver(self._runtime, connection) as receiver:
                tasks = {
                    asyncio.create_task(self._receive(receiver)),
                    asyncio.create_task(self._flush_repeatedly(connection)),
                    asyncio.create_task(self._show_what_others_store()),
                    asyncio.create_task(self.stop.wait()),
                }
                if self._options.once:
                    tasks.add(asyncio.create_task(self._all_done(connection)))
                else:
                    tasks.add(asyncio.create_task(self._uploads.run(connection)))
                try:
                    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        task.result()
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.wait(tasks)
        finally:
            await self._say_goodbye(connection)

    async def _connect(self) -> SupervisedConnection:
        consequence = "Nothing was received." if self._options.once else "Trying again."
        pause = FIRST_PAUSE
        while True:
            try:
                connection = await connect(
                    self._runtime, consequence=consequence, on_state=self._connection_state
                )
            except BrokerRefused as error:
                if self._options.once or error.details["refusal"] in FINAL_REFUSALS:
                    raise
                self._screen.state(str(error))
            except ClientError as error:
                if self._options.once or not isinstance(error, BrokerDown):
                    raise
                self._screen.state(str(error))
            else:
                return connection
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _connection_state(self, state: str) -> None:
        if state == "connected":
            self._flush_wanted.set()
            self._uploads.wanted.set()
        if state != "closed":
            self._screen.state("Connected." if state == "connected" else "Connection lost; reconnecting.")

    async def _connect_unless_stopped(self) -> SupervisedConnection | None:
        connecting = asyncio.create_task(self._connect())
        stopping = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return connecting.result() if connecting.done() else None
        finally:
            stopping.cancel()
            if not connecting.done():
                connecting.cancel()
                await asyncio.wait({connecting})

    async def _receive(self, receiver: Receiver) -> None:
        while True:
            for news in await receiver.take():
                self._screen.receipt(news)
            self._show_new()
            self._flush_wanted.set()

    async def _show_what_others_store(self) -> None:
        """Other commands of the same profile receive and queue as well."""
        before = self._runtime.store.changes_by_others()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = self._runtime.store.changes_by_others()
            if now != before:
                before = now
                self._show_new()
                self._flush_wanted.set()
                self._uploads.wanted.set()

    def _show_new(self) -> None:
        """Show what the owner has not seen yet, in order of arrival."""
        log = self._runtime.store.messages
        for placeholder in log.unopened(limit=SHOWN_AT_ONCE, not_shown=True):
            with self._runtime.store.write():
                new = log.mark_unopened_shown([placeholder], clock.now())
            if new and self._may_show():
                self._screen.unopened(placeholder)
        while messages := log.not_shown(SHOWN_AT_ONCE):
            shown = []
            for message in messages:
                if self._may_show():
                    self._screen.message(message)
                    shown.append(message)
            self._after_showing(shown)
            if len(shown) < len(messages):
                return

    def _may_show(self) -> bool:
        count = self._options.count
        if count is not None and self._shown >= count:
            return False
        self._shown += 1
        if count is not None and self._shown >= count:
            self.stop.set()
        return True

    def _after_showing(self, messages: Sequence[StoredMessage]) -> None:
        with self._runtime.store.write():
            new = self._runtime.store.messages.mark_shown(messages, clock.now())
            if self._options.read and queue_read(Composer(self._runtime.identity, self._runtime.store), new):
                self._flush_wanted.set()

    async def _flush_repeatedly(self, connection: SupervisedConnection) -> None:
        pause = FIRST_PAUSE
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_PAUSE):
                    await self._flush_wanted.wait()
            self._flush_wanted.clear()
            if connection.state != "connected":
                continue
            report = await outbox_of(self._runtime).flush(connection)
            if report.goes_on() and not report.blocked:
                pause = FIRST_PAUSE
                continue
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            self._flush_wanted.set()

    async def _all_done(self, connection: SupervisedConnection) -> None:
        """Returns when everything was received, and what waited to be sent was tried once."""
        await self._drained(connection)
        await self._uploads.once(connection)

    async def _drained(self, connection: SupervisedConnection) -> None:
        """Returns when the inbox holds nothing more for this device."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + DRAIN_SILENCE_SECONDS
        while True:
            try:
                if await backlog(connection, self._runtime) == 0:
                    return
                deadline = loop.time() + DRAIN_SILENCE_SECONDS
            except BrokerUnreachable as error:
                if loop.time() > deadline:
                    raise BrokerDown(
                        reason=str(error).rstrip("."), consequence="Not everything was received."
                    ) from error
            except LinkError:
                if loop.time() > deadline:
                    raise
            await asyncio.sleep(DRAIN_PAUSE)

    async def _say_goodbye(self, connection: SupervisedConnection) -> None:
        """Receipts for what was received still go out, if that is quick."""
        try:
            async with asyncio.timeout(LAST_FLUSH_SECONDS):
                if connection.state == "connected":
                    await outbox_of(self._runtime).flush(connection)
        except TimeoutError:
            pass
        finally:
            await connection.close()
