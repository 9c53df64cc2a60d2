# ruff: noqa: ASYNC109 - a time limit is part of the contract, with a typed error at its end
"""The one way to the broker for the command line, the bridge and the workers: it looks after itself."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import random
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from kezproto.keys import SigningKey
from natslink.acks import PubAck, read_pub_ack
from natslink.errors import (
    AccessRefused,
    BrokerUnreachable,
    LinkError,
    NoResponders,
    NotStored,
    RequestTimedOut,
)
from natslink.pulling import Demand, InboxMessage, pull_messages
from natslink.requests import many_answers, one_request
from natslink.session import CONNECT_SECONDS, BrokerSession, Handler

logger = logging.getLogger("natslink")

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
ATTEMPT_SECONDS = 2.0  # how long one try of a publish waits for its acknowledgement


@dataclass(frozen=True, slots=True)
class _Subscription:
    subject: str
    queue: str
    handler: Handler


class SupervisedConnection:
    """Connects with `start`, then stays connected until `close`: through broker restarts, expired credentials and
    outages of the login service, with a jittered back-off and without ever giving up.

    `seed` is the 32-byte ed25519 seed of the nkey to log in with. `on_state` is called with "connected",
    "reconnecting" or "closed"; it must not block or raise.
    """

    def __init__(
        self,
        *,
        urls: Sequence[str],
        seed: bytes,
        name: str,
        reply_prefix: str | None = None,
        on_state: Callable[[str], None] | None = None,
    ) -> None:
        if not urls:
            raise ValueError("at least one NATS address is needed")
        self._urls = itertools.cycle(urls)  # the next try is always made at the next address
        self._key = SigningKey(seed)
        self._name = name
        self._reply_prefix = reply_prefix
        self._on_state = on_state
        self._session: BrokerSession | None = None
        self._subscriptions: list[_Subscription] = []
        self._changed = asyncio.Condition()
        self._supervisor: asyncio.Task[None] | None = None
        self.state = "new"
        self.last_error: LinkError | None = None

    # Life --------------------------------------------------------------------------------------------

    async def start(self, *, timeout: float | None = 10.0) -> None:
        """Returns when logged in. Raises AccessRefused at once, BrokerUnreachable after `timeout` seconds; with None it
        returns at once, raises nothing, and connects as soon as it can.
        """
        if self._supervisor is not None or self.state == "closed":
            raise RuntimeError("a SupervisedConnection is started once")
        if timeout is None:
            self._supervisor = asyncio.create_task(self._supervise(None), name=f"natslink {self._name}")
            return
        try:
            session = await self._open_patiently(seconds=timeout)
        except BaseException:
            await self._set_state("closed")
            raise
        self._session = session
        await self._set_state("connected")
        self._supervisor = asyncio.create_task(self._supervise(session), name=f"natslink {self._name}")

    async def close(self) -> None:
        """Flush, disconnect, end every `messages()` iteration. May be called twice."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            # More than once: nats-py waits by wait_for, which before Python 3.12 can swallow a cancellation.
            while not supervisor.done():
                supervisor.cancel()
                await asyncio.wait({supervisor}, timeout=1.0)
        session, self._session = self._session, None
        await self._set_state("closed")
        if session is not None:
            await session.close()

    async def __aenter__(self) -> SupervisedConnection:
        if self.state == "new":
            await self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def wait_connected(self, timeout: float) -> None:
        """Raises BrokerUnreachable if there is no connection within `timeout` seconds."""
        await self._session_within(timeout)

    @property
    def nc(self) -> Client:
        """The nats-py client of the moment; it is another one after each reconnect."""
        if self._session is None:
            raise BrokerUnreachable("There is no connection to the NATS server at the moment.")
        return self._session.nc

    async def _supervise(self, session: BrokerSession | None) -> None:
        try:
            while True:
                if session is not None:
                    await session.lost.wait()
                    self._session = None
                    await self._set_state("reconnecting")
                    await session.close()
                session = await self._open_patiently()
                self._session = session
                await self._set_state("connected")
        finally:
            if session is not None and self._session is not session:
                await session.close()

    async def _open_patiently(self, *, seconds: float | None = None) -> BrokerSession:
        """With `seconds` it gives up: at once if refused, else after that time. Without, it goes on for ever."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (seconds if seconds is not None else math.inf)
        pause = FIRST_PAUSE
        while True:
            url = next(self._urls)
            try:
                return await self._open(url, min(CONNECT_SECONDS, max(deadline - loop.time(), 0.1)))
            except (AccessRefused, BrokerUnreachable) as error:
                self.last_error = error
                refused = isinstance(error, AccessRefused) and seconds is not None
                if refused or loop.time() + pause >= deadline:
                    raise
                logger.info("%s: %s Trying again.", self._name, error)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _open(self, url: str, seconds: float) -> BrokerSession:
        session = BrokerSession(key=self._key, name=self._name, reply_prefix=self._reply_prefix)
        await session.open(url, timeout=seconds)
        try:
            for subscription in self._subscriptions:
                await session.subscribe(subscription.subject, subscription.queue, subscription.handler)
            await session.nc.flush()
        except (nats.errors.Error, OSError, asyncio.CancelledError) as error:
            await session.close()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise BrokerUnreachable(
                f"The NATS server ended the connection right after the login ({error})."
            ) from error
        return session

    async def _set_state(self, state: str) -> None:
        if state == self.state or self.state == "closed":
            return
        self.state = state
        async with self._changed:
            self._changed.notify_all()
        if self._on_state is not None:
            self._on_state(state)

    async def session(self) -> BrokerSession | None:
        """The live session, waited for as long as it takes; None once the connection is closed."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.live is not None or self.state == "closed")
        return self.live

    @property
    def live(self) -> BrokerSession | None:
        """The session of this moment, if there is one."""
        session = self._session
        return session if session is not None and not session.lost.is_set() else None

    async def _session_within(self, timeout: float) -> BrokerSession:
        try:
            async with asyncio.timeout(timeout):
                session = await self.session()
        except TimeoutError:
            raise BrokerUnreachable(
                f"No connection to the NATS server. {self.last_error or ''}".strip()
            ) from None
        if session is None:
            raise BrokerUnreachable("The connection to the NATS server is closed.")
        return session

    # Traffic -----------------------------------------------------------------------------------------

    async def publish(
        self,
        subject: str,
        data: bytes,
        *,
        msg_id: str,
        timeout: float = 5.0,
        headers: Mapping[str, str] | None = None,
    ) -> PubAck:
        """Store a message in JetStream, exactly once however often it is tried: `msg_id` goes with every try.

        Raises InboxFull, MessageTooLarge, PublishRefused at once; after `timeout` seconds NotStored (sent, without
        an acknowledgement: it may be stored) or BrokerUnreachable (never sent).
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        failure: LinkError | None = None
        pause = FIRST_PAUSE
        all_headers = {**(headers or {}), "Nats-Msg-Id": msg_id}
        while True:
            try:
                session = await self._session_within(max(deadline - loop.time(), 0.001))
            except BrokerUnreachable as error:
                raise failure or error from None
            seconds = min(ATTEMPT_SECONDS, max(deadline - loop.time(), 0.05))
            try:
                answer = await one_request(session, subject, data, headers=all_headers, timeout=seconds)
                return read_pub_ack(answer.data)
            except (NotStored, NoResponders, RequestTimedOut) as error:
                failure = error if isinstance(error, NotStored) else NotStored(str(error))
            if loop.time() + pause >= deadline:
                raise failure
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, 1.0)

    async def request(
        self,
        subject: str,
        data: bytes = b"",
        *,
        timeout: float = 5.0,
        headers: Mapping[str, str] | None = None,
    ) -> Msg:
        """One request, one try: NoResponders, RequestTimedOut, PublishRefused, BrokerUnreachable."""
        session = await self._session_within(timeout)
        return await one_request(session, subject, data, headers=headers, timeout=timeout)

    async def send(self, subject: str, data: bytes) -> None:
        """Publish without any acknowledgement, at most once. Raises BrokerUnreachable if there is no connection now."""
        session = self.live
        if session is None:
            raise BrokerUnreachable("There is no connection to the NATS server at the moment.")
        try:
            await session.nc.publish(subject, data)
        except (nats.errors.Error, OSError) as error:
            raise BrokerUnreachable(f"The message could not be sent ({error}).") from error

    async def request_many(self, subject: str, data: bytes = b"", *, window: float = 0.5) -> list[Msg]:
        """One request, the answers of all who answer within `window` seconds; errors as `request`."""
        session = await self._session_within(window + 2.0)
        return await many_answers(session, subject, data, window=window)

    async def subscribe(self, subject: str, handler: Handler, *, queue: str = "") -> None:
        """Call `handler` for each message, one after the other, on this and every later connection."""
        subscription = _Subscription(subject, queue, handler)
        self._subscriptions.append(subscription)
        session = self.live
        if session is not None:
            await session.subscribe(subscription.subject, subscription.queue, subscription.handler)
            await session.nc.flush()

    async def drain(self) -> None:
        """Stop taking messages for good; returns when those that came before are handed to their handlers."""
        self._subscriptions.clear()
        session = self.live
        if session is not None:
            await session.drain()

    def messages(
        self, *, stream: str, consumer: str, api_prefix: str | None = None, batch: int = 64
    ) -> AsyncGenerator[InboxMessage, None]:
        """The messages of a durable pull consumer, across reconnects, until `close`. The caller acks each."""
        return pull_messages(
            self.session, stream=stream, consumer=consumer, api_prefix=api_prefix, demand=Demand(batch)
        )
