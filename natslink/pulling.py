"""Reading a durable pull consumer without an end: heartbeats notice silence, every reconnect binds again."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

import nats.errors
from nats.aio.msg import Msg

from natslink.errors import PublishRefused
from natslink.session import BrokerSession

logger = logging.getLogger("natslink")

EXPIRES_SECONDS = 30.0
HEARTBEAT_SECONDS = 5.0
END_SECONDS = 2.0
LONGEST_PAUSE = 5.0
TRIES_BEFORE_RECONNECT = 4

SessionSource = Callable[[], Awaitable[BrokerSession | None]]
Remedy = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Demand:
    """How much is asked for at once: messages, and bytes (0: any number; else at least one message must fit). The
    broker shows every `heartbeat` seconds, of at most 15, that it is still there.
    """

    batch: int = 64
    max_bytes: int = 0
    heartbeat: float = HEARTBEAT_SECONDS


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """One delivery. `stream_seq` is its place in the stream, `delivered` counts how often it was handed out."""

    subject: str
    data: bytes
    headers: dict[str, str]
    stream_seq: int
    delivered: int
    pending: int
    reply: str
    _session: BrokerSession

    async def ack(self) -> None:
        """Done with it. Best effort: a lost acknowledgement means one more delivery, never a lost message."""
        await self._answer(b"+ACK")

    async def nak(self) -> None:
        """Give it back, to be delivered again at once."""
        await self._answer(b"-NAK")

    async def _answer(self, word: bytes) -> None:
        try:
            await self._session.nc.publish(self.reply, word)
        except (nats.errors.Error, OSError) as error:
            logger.debug("nats: an acknowledgement was not sent: %s", error)


async def pull_messages(
    sessions: SessionSource,
    *,
    stream: str,
    consumer: str,
    api_prefix: str | None,
    demand: Demand,
    remedy: Remedy | None = None,
) -> AsyncGenerator[InboxMessage, None]:
    """Ends when `sessions` answers None. PublishRefused: the connection may not read this consumer.

    `remedy` is called when the broker is there and does not serve the consumer; it makes the consumer anew, or whatever
    else may help. Without one this is left to the next login, and the session is given up for it.
    """
    troubles = 0
    while (session := await sessions()) is not None:
        pull = _Pull(session, stream=stream, consumer=consumer, api_prefix=api_prefix, demand=demand)
        try:
            await pull.begin()
            while (message := await pull.next()) is not None:
                troubles = 0
                yield message
        except (nats.errors.Error, OSError) as error:
            logger.debug("nats: pulling from %s: %s", consumer, error)
        finally:
            await pull.end()
        if session.lost.is_set():
            continue
        # No heartbeat, no such consumer, JetStream not ready: wait a little, and now and then log in again, for it
        # is at login that the consumer is made.
        troubles += 1
        logger.info("%s: the broker does not serve it (%s); trying again.", consumer, pull.trouble)
        await asyncio.sleep(min(0.2 * 2**troubles, LONGEST_PAUSE))
        if remedy is not None:
            await remedy()
        elif troubles % TRIES_BEFORE_RECONNECT == 0 or pull.deleted:
            await session.close()


class _Pull:
    """One subscription on one session and the pull requests that feed it."""

    def __init__(
        self, session: BrokerSession, *, stream: str, consumer: str, api_prefix: str | None, demand: Demand
    ) -> None:
        self._session = session
        self._request_subject = f"{api_prefix or '$JS.API'}.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._ack_prefix = f"$JS.ACK.{stream}.{consumer}."
        self._demand = demand
        self._inbox = session.nc.new_inbox()
        self._queue: asyncio.Queue[Msg | None] = asyncio.Queue()
        self._denied = session.denied(self._request_subject)
        self._open_request = 0  # messages that the current request may still bring
        self._subscription: object | None = None
        self.trouble = ""
        self.deleted = False

    async def begin(self) -> None:
        self._denied.add_done_callback(lambda _: self._wake())
        self._session.on_lost(self._wake)
        self._subscription = await self._session.nc.subscribe(self._inbox, cb=self._receive)

    def _wake(self) -> None:
        self._queue.put_nowait(None)

    async def _receive(self, msg: Msg) -> None:
        self._queue.put_nowait(msg)

    async def next(self) -> InboxMessage | None:
        """The next message; None when this pull is over (`trouble` says why)."""
        while True:
            if self._open_request == 0:
                await self._ask()
            try:
                msg = await self._take()
            except TimeoutError:
                self.trouble = "no heartbeat"
                return None
            if self._denied.done() and not self._denied.cancelled():
                raise PublishRefused(f"This connection may not publish to {self._request_subject}.")
            if msg is None:
                self.trouble = "connection lost"
                return None
            # A status comes on the subject of the request. A stored message keeps its own, and its headers, which
            # the sender chose, mean nothing here: one that imitates a status must not stop the reader.
            if msg.subject == self._inbox:
                if not self._goes_on(msg):
                    return None
                continue
            message = self._read(msg)
            if message is not None:
                self._open_request -= 1
                return message

    async def _take(self) -> Msg | None:
        if not self._queue.empty():
            return self._queue.get_nowait()
        # Not wait_for: before Python 3.12 it can swallow a cancellation that comes together with a message.
        async with asyncio.timeout(2 * self._demand.heartbeat + 1):
            return await self._queue.get()

    async def _ask(self) -> None:
        request = {
            "batch": self._demand.batch,
            "expires": int(EXPIRES_SECONDS * 1e9),
            "idle_heartbeat": int(self._demand.heartbeat * 1e9),
        }
        if self._demand.max_bytes:
            request["max_bytes"] = self._demand.max_bytes
        self._open_request = self._demand.batch
        await self._session.nc.publish(self._request_subject, json.dumps(request).encode(), reply=self._inbox)

    def _goes_on(self, msg: Msg) -> bool:
        """Read a status: 100 is a heartbeat; 404, 408 and two kinds of 409 end a request; 409 and 503 say that
        something is wrong.
        """
        headers = msg.headers or {}
        status, text = headers.get("Status", ""), headers.get("Description", "")
        if status == "100":
            return True
        if status in ("404", "408") or text in ("Batch Completed", "Message Size Exceeds MaxBytes"):
            self._open_request = 0
            return True
        self.trouble = f"{status} {text}".strip() or "an answer that is no status"
        self.deleted = "Consumer Deleted" in text
        return False

    def _read(self, msg: Msg) -> InboxMessage | None:
        if not msg.reply.startswith(self._ack_prefix):
            return None  # not from this consumer: somebody guessed the reply subject
        try:
            delivered, stream_seq, _consumer_seq, _time, pending = map(
                int, msg.reply.removeprefix(self._ack_prefix).split(".")[:5]
            )
        except ValueError:
            return None
        return InboxMessage(
            subject=msg.subject,
            data=msg.data,
            headers=dict(msg.headers or {}),
            stream_seq=stream_seq,
            delivered=delivered,
            pending=pending,
            reply=msg.reply,
            _session=self._session,
        )

    async def end(self) -> None:
        """Stop asking, and give back what was fetched but not handed out."""
        self._session.forget_lost(self._wake)
        self._session.forget_denied(self._request_subject, self._denied)
        self._denied.cancel()
        if self._session.lost.is_set():
            return
        try:
            if self._subscription is not None:
                # A round trip: what the broker has sent by now is here then, and is given back too.
                async with asyncio.timeout(END_SECONDS):
                    await self._subscription.drain()  # type: ignore[attr-defined]
            while not self._queue.empty():
                msg = self._queue.get_nowait()
                message = self._read(msg) if msg is not None and msg.subject != self._inbox else None
                if message is not None:
                    await message.nak()
        except (nats.errors.Error, OSError, TimeoutError) as error:
            logger.debug("nats: ending a pull: %s", error)
