"""The auth callout as a process: answers logins over NATS until it is told to stop."""

import asyncio
import contextlib
import logging
import secrets

from nats.aio.msg import Msg

from chatbridge import lookup
from chatbridge.broker import backend_connection, callout_connection, callout_xkey, issuer_key
from chatbridge.callout import Allowed
from chatbridge.device_consumers import delete_device_consumer, ensure_device_consumer
from chatbridge.nats_jwt import BadToken
from chatbridge.responder import Responder
from chatbridge.threads import in_thread
from chatbridge.watchdog import Watchdog
from chatbridge.xkey import CannotUnseal
from natslink.connection import SupervisedConnection
from natslink.errors import LinkError

logger = logging.getLogger(__name__)

AUTH_SUBJECT = "$SYS.REQ.USER.AUTH"
PING_SUBJECT = "kez.callout.ping"
QUEUE_GROUP = "kez-auth"
PING_SECONDS = 1.0
FROZEN_AFTER_SECONDS = 10.0
STOP_SECONDS = 5.0


class CalloutProcess:
    """`run` returns after `stop`. Works beside any number of others: NATS deals requests out to the queue group."""

    def __init__(self, *, frozen_after: float = FROZEN_AFTER_SECONDS) -> None:
        self._auth = callout_connection()
        self._backend = backend_connection()
        self._responder = Responder(
            issuer=issuer_key(), xkey=callout_xkey(), prepare_device=self._prepare_device
        )
        self._watchdog = Watchdog(seconds=frozen_after)
        self._own_ping = f"{PING_SUBJECT}.{secrets.token_hex(8)}"
        self._at_work: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self.ready = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Raises a LinkError if the broker cannot be reached at the start; afterwards it waits for it."""
        try:
            await self._backend.start()
            await self._auth.subscribe(AUTH_SUBJECT, self._on_login, queue=QUEUE_GROUP)
            await self._auth.subscribe(PING_SUBJECT, self._on_ping, queue=QUEUE_GROUP)
            await self._auth.subscribe(self._own_ping, self._on_own_ping)
            await self._auth.start()
            self._watchdog.start()
            logger.info("Auth callout ready.")
            self.ready.set()
            await self._beat_until_stopped()
            await self._finish()
        finally:
            self._watchdog.stop()
            await self._auth.close()
            await self._backend.close()
        logger.info("Auth callout stopped.")

    async def _beat_until_stopped(self) -> None:
        """The watchdog is fed by pings that come back through the broker; an outage of the broker is no freeze."""
        while not self._stopping.is_set():
            if self._auth.state == "connected":
                try:
                    await self._auth.request(self._own_ping, timeout=PING_SECONDS)
                    self._watchdog.beat()
                except LinkError as error:
                    logger.warning("The callout does not reach itself through the broker: %s", error)
            else:
                self._watchdog.beat()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PING_SECONDS):
                    await self._stopping.wait()

    async def _finish(self) -> None:
        """Take no more requests, answer those that came."""
        await self._auth.drain()
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=STOP_SECONDS)

    async def _on_login(self, msg: Msg) -> None:
        # A task for each: one slow look-up must not hold up the others.
        task = asyncio.create_task(self._answer_login(msg))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def _answer_login(self, msg: Msg) -> None:
        try:
            answer = await self._responder.answer(
                msg.data, server_xkey=(msg.headers or {}).get("Nats-Server-Xkey", "")
            )
        except (BadToken, CannotUnseal):
            return  # logged and counted; without an answer the broker refuses the login
        await self._reply(msg, answer)

    async def _on_ping(self, msg: Msg) -> None:
        """For readiness: whoever answers can decide, so it has to reach the registry's database as well."""
        task = asyncio.create_task(self._answer_ping(msg))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def _answer_ping(self, msg: Msg) -> None:
        await in_thread(lookup.check_database)
        await self._reply(msg, b"ok" if self._backend.state == "connected" else b"no backend connection")

    async def _on_own_ping(self, msg: Msg) -> None:
        await self._reply(msg, b"ok")

    async def _reply(self, msg: Msg, data: bytes) -> None:
        try:
            await self._auth.send(msg.reply, data)
        except LinkError as error:
            logger.warning("An answer could not be sent: %s", error)

    async def _prepare_device(self, allowed: Allowed, cursor: int, forgotten: list[str]) -> None:
        await prepare_device(self._backend, allowed, cursor, forgotten)


async def prepare_device(
    backend: SupervisedConnection, allowed: Allowed, cursor: int, forgotten: list[str]
) -> None:
    """Make the device's consumer, remove those of devices that were forgotten for it."""
    for device in forgotten:
        await delete_device_consumer(backend, allowed.primary, device)
    await ensure_device_consumer(backend, allowed.primary, allowed.device, cursor=cursor)
