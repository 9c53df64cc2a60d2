# ruff: noqa: ASYNC109 - a time limit is part of the contract, with a typed error at its end
"""One logged-in connection to the broker, from CONNECT to its loss. It never reconnects: the supervisor makes
a new one.

nats-py can reconnect by itself, but closes for good when a credential expires or a login is refused once, and
keeps pull subscriptions that have gone silent. A fresh client each time has none of that history.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import re
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from kezproto.keys import SigningKey
from kezproto.nkeys import user_nkey
from natslink.errors import AccessRefused, BrokerUnreachable

logger = logging.getLogger("natslink")

CONNECT_SECONDS = 5.0
PING_SECONDS = 10
CLOSE_SECONDS = 2.0
# nats-server gives a login 3 s. A refusal comes long before that; a late one means that nobody decided.
REFUSED_WITHIN_SECONDS = 1.8

_DENIED_PUBLISH = re.compile(r'permissions violation for publish.* to "([^"]+)"')

Handler = Callable[[Msg], Awaitable[None]]


class OrderedClient(Client):
    """nats-py whose `flush` is a barrier, and which tells of every end.

    Its own `flush` writes the PING past the commands that wait in its buffer, so the PONG says nothing about them:
    subscriptions may not stand yet, and a drain loses what is under way. And when a line fails, its own first tries to
    write what is left; on a line that is dead this raises or waits for ever, and `closed_cb` is never called.
    """

    async def _send_ping(self, future: asyncio.Future[bool] | None = None) -> None:
        self._pongs.append(future or asyncio.get_running_loop().create_future())
        await self._send_command(b"PING\r\n")
        await self._flush_pending()

    async def _process_op_err(self, e: Exception) -> None:
        self.give_up_unsent()
        await super()._process_op_err(e)

    def give_up_unsent(self) -> None:
        """What was not written yet never will be: the line is not waited for."""
        self._pending, self._pending_data_size = [], 0
        writer = getattr(self._transport, "_io_writer", None)
        if writer is not None:
            writer.transport.abort()


class BrokerSession:
    """`nc` is usable between `open` and `lost`; `lost` is set once, whatever ended the connection."""

    def __init__(self, *, key: SigningKey, name: str, reply_prefix: str | None) -> None:
        self._key = key
        self._name = name
        self._reply_prefix = reply_prefix
        self._opened = False
        self._denied: dict[str, list[asyncio.Future[None]]] = {}
        self._subscribed: list[Subscription] = []
        self._lost_callbacks: list[Callable[[], None]] = []
        self.nc = OrderedClient()
        self.lost = asyncio.Event()

    async def open(self, url: str, *, timeout: float = CONNECT_SECONDS) -> None:
        """Connect and log in; raises AccessRefused or BrokerUnreachable, and leaves nothing open then."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(timeout):
                await self._connect(url, timeout)
                if not self.nc.is_connected:
                    # The server pinged before it had decided on the login; nats-py takes the PING for success.
                    raise BrokerUnreachable(f"The NATS server at {_shown(url)} does not answer the login.")
                if urlsplit(url).scheme == "tls" and not self.nc._server_info.get("tls_required"):
                    raise BrokerUnreachable(f"The NATS server at {_shown(url)} does not offer TLS.")
        except BaseException as error:
            await self._abandon()
            if isinstance(error, TimeoutError | OSError | nats.errors.Error):
                raise self._typed(error, url, time.monotonic() - began) from error
            raise
        self._opened = True

    async def _connect(self, url: str, timeout: float) -> None:
        # nats-py has no public option for "this nkey, signed by this callback": its own way needs the seed as a
        # string, and one more package.
        self.nc._public_nkey = user_nkey(self._key.primary)
        options = {} if self._reply_prefix is None else {"inbox_prefix": self._reply_prefix}
        await self.nc.connect(
            [url],
            name=self._name,
            signature_cb=self._sign_nonce,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            connect_timeout=timeout,  # type: ignore[arg-type]
            ping_interval=PING_SECONDS,
            error_cb=self._on_error,
            closed_cb=self._on_closed,
            **options,  # type: ignore[arg-type]
        )

    def _sign_nonce(self, nonce: str) -> bytes:
        return base64.b64encode(self._key.sign(nonce.encode()))

    def _typed(self, error: BaseException, url: str, seconds: float) -> Exception:
        text = str(error).lower()
        if "authorization violation" in text and seconds < REFUSED_WITHIN_SECONDS:
            return AccessRefused(f"The NATS server at {_shown(url)} refused this key.")
        unanswered = isinstance(error, TimeoutError) and self.nc._server_info
        if unanswered or "authorization violation" in text or "authentication timeout" in text:
            return BrokerUnreachable(f"The NATS server at {_shown(url)} does not answer the login.")
        cause = self.nc.last_error if isinstance(error, nats.errors.NoServersError) else error
        return BrokerUnreachable(f"No NATS server answers at {_shown(url)} ({_reason(cause)}).")

    async def _on_error(self, error: Exception) -> None:
        match = _DENIED_PUBLISH.search(str(error).lower())
        if match:
            for waiter in self._denied.get(match[1], []):
                if not waiter.done():
                    waiter.set_result(None)
        logger.debug("nats: %s", error)

    async def _on_closed(self) -> None:
        self._mark_lost()

    def _mark_lost(self) -> None:
        if not self.lost.is_set():
            self.lost.set()
            for callback in self._lost_callbacks:
                callback()

    async def subscribe(self, subject: str, queue: str, handler: Handler) -> None:
        self._subscribed.append(await self.nc.subscribe(subject, queue=queue, cb=handler))

    async def drain(self) -> None:
        """End the subscriptions; what had arrived is handed to its handlers first."""
        while self._subscribed:
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._subscribed.pop().drain()  # type: ignore[no-untyped-call]
            except (TimeoutError, nats.errors.Error, OSError) as error:
                logger.debug("nats: draining: %s", error)

    def denied(self, subject: str) -> asyncio.Future[None]:
        """Completes if the server denies a publish to `subject`; hand it back to `forget_denied`."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._denied.setdefault(subject.lower(), []).append(waiter)
        return waiter

    def forget_denied(self, subject: str, waiter: asyncio.Future[None]) -> None:
        waiters = self._denied.get(subject.lower(), [])
        if waiter in waiters:
            waiters.remove(waiter)
        if not waiters:
            self._denied.pop(subject.lower(), None)

    def on_lost(self, callback: Callable[[], None]) -> None:
        """Call `callback` once when the session ends; at once if it has ended."""
        if self.lost.is_set():
            callback()
        else:
            self._lost_callbacks.append(callback)

    def forget_lost(self, callback: Callable[[], None]) -> None:
        if callback in self._lost_callbacks:
            self._lost_callbacks.remove(callback)

    async def close(self) -> None:
        """End the session, after flushing what was published. Takes at most 4 s, also with a frozen broker."""
        await self._abandon()
        if self._opened:
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self.lost.wait()  # nats-py may still be closing in a task of its own
            except TimeoutError:
                logger.debug("nats: the connection did not close in time")
        self._mark_lost()

    async def _abandon(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.nc.close()
        except (TimeoutError, OSError, nats.errors.Error) as error:
            self.nc.give_up_unsent()
            logger.debug("nats: closing: %s", error)


def _shown(url: str) -> str:
    """The address without anything secret that somebody may have put into it."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _reason(error: BaseException | None) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(error) or type(error).__name__
