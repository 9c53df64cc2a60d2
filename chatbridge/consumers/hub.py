"""What all sockets of one process share: the two connections to the broker, the register of sockets, the watch."""

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError
from nats.aio.msg import Msg

from chatbridge.broker import backend_connection, bridge_connection
from chatbridge.consumers.codes import Code, Refused
from chatbridge.consumers.notices import FILES_GROUP, REPLACED, SUSPENDED, Listener, tell_replaced
from chatbridge.consumers.tasks import ended
from chatbridge.threads import in_thread
from httpapi.draining import draining
from kezproto.subjects import SIGNAL_PREFIX
from registry.lookup import active_among

if TYPE_CHECKING:
    from chatbridge.consumers.socket import Socket

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
LOOK_SECONDS = 30.0  # a suspension whose notice was lost takes effect after so long at the latest
LOOKED_UP_AT_ONCE = 500
FLUSH_SECONDS = 0.2


class Hub:
    """Starts at the first socket and lives as long as its event loop."""

    def __init__(self) -> None:
        self.bridge = bridge_connection()
        self.backend = backend_connection()
        self.sockets: set[Socket] = set()
        self._by_primary: dict[str, set[Socket]] = {}
        self._listeners = (Listener(self._on_notice), Listener(self._on_file, group=FILES_GROUP))
        self._tasks: list[asyncio.Task[None]] = []
        self.is_stopping = False

    async def start(self) -> None:
        """Returns at once; sockets wait for the broker where they need it."""
        draining.on_stop(self.stop)
        await self.bridge.subscribe(f"{SIGNAL_PREFIX}*", self._on_signal)
        await self.bridge.start(timeout=None)
        await self.backend.start(timeout=None)
        listening = (listener.run() for listener in self._listeners)
        for work in (*listening, self._beat(), self._look_after_handles()):
            self._tasks.append(asyncio.create_task(work))

    async def stop(self) -> None:
        """The process stops: each socket's publishes are answered, and its client told to connect elsewhere."""
        self.is_stopping = True
        leaving = list(self.sockets)
        for socket in leaving:
            socket.end(Code.RESTARTING)
        await asyncio.gather(*(socket.wait_gone() for socket in leaving))
        if leaving:
            await asyncio.sleep(FLUSH_SECONDS)  # what was sent last is still on its way out of this process

    async def close(self) -> None:
        """For tests; a process just ends."""
        draining.forget(self.stop)
        await ended(self._tasks)
        for listener in self._listeners:
            await listener.leave()
        await self.bridge.close()
        await self.backend.close()

    # The register of sockets ------------------------------------------------------------------------

    def add(self, socket: "Socket") -> None:
        """Raises Refused: server_full, restarting."""
        if self.is_stopping:
            raise Refused(Code.RESTARTING)
        if len(self.sockets) >= settings.KEZ_WS_MAX_SOCKETS:
            raise Refused(Code.SERVER_FULL)
        self.sockets.add(socket)

    async def own(self, socket: "Socket", primary_hex: str, device: str) -> None:
        """From here on the socket is found by its key. Older sockets of the same device end first, here and elsewhere.

        Raises Refused: too_many_sockets.
        """
        siblings = self._by_primary.setdefault(primary_hex, set())
        older = [each for each in siblings if each.device == device]
        if len(siblings) - len(older) >= settings.KEZ_WS_MAX_SOCKETS_PER_HANDLE:
            raise Refused(Code.TOO_MANY_SOCKETS)
        socket.primary_hex, socket.device = primary_hex, device
        siblings.add(socket)
        for each in older:
            each.end(Code.REPLACED)
        for each in older:
            await each.wait_ended()
        await tell_replaced(primary_hex, device, by=socket.name)

    def remove(self, socket: "Socket") -> None:
        self.sockets.discard(socket)
        siblings = self._by_primary.get(socket.primary_hex, set())
        siblings.discard(socket)
        if not siblings:
            self._by_primary.pop(socket.primary_hex, None)

    # What happens to them ----------------------------------------------------------------------------

    def _on_notice(self, notice: Mapping[str, Any]) -> None:
        for socket in list(self._by_primary.get(str(notice.get("primary")), ())):
            same_device = socket.device == notice.get("device") and socket.name != notice.get("by")
            if notice["type"] == SUSPENDED:
                socket.end(Code.SUSPENDED)
            elif notice["type"] == REPLACED and same_device:
                socket.end(Code.REPLACED)

    def _on_file(self, notice: Mapping[str, Any]) -> None:
        for socket in self._by_primary.get(str(notice.get("primary")), ()):
            socket.take_file(notice)

    async def _on_signal(self, msg: Msg) -> None:
        for socket in self._by_primary.get(msg.subject.removeprefix(SIGNAL_PREFIX), ()):
            socket.take_signal(msg.data)

    async def _beat(self) -> None:
        """Pings, and ends the sockets that nobody answers on."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            for socket in list(self.sockets):
                socket.beat()

    async def _look_after_handles(self) -> None:
        """Ends sockets of handles that are no longer active, whatever became of the notice; stays in the group."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for listener in self._listeners:
                await listener.join()
            known = list(self._by_primary)
            for start in range(0, len(known), LOOKED_UP_AT_ONCE):
                some = known[start : start + LOOKED_UP_AT_ONCE]
                try:
                    active = await in_thread(active_among, some)
                except DatabaseError as error:
                    logger.warning("Handles of open sockets could not be looked up: %s", error)
                    continue
                for primary_hex in set(some) - active:
                    for socket in list(self._by_primary.get(primary_hex, ())):
                        socket.end(Code.SUSPENDED)
