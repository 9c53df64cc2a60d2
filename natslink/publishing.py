"""Publishing many messages at once over one connection, in order, without waiting for each acknowledgement."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import nats.errors
from nats.aio.msg import Msg

from natslink.acks import PubAck, read_pub_ack
from natslink.errors import BrokerUnreachable, LinkError, NotStored, PublishRefused
from natslink.session import BrokerSession

WINDOW = 256
ACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message: exactly one of `ack` and `error` is set."""

    key: int
    ack: PubAck | None
    error: LinkError | None


@dataclass(frozen=True, slots=True)
class _Flight:
    """One message on its way. `number` is the end of the reply subject, given once: an answer that comes after we gave
    up is not taken for one to another message under the same key.
    """

    number: int
    subject: str
    timer: asyncio.TimerHandle


@dataclass(frozen=True, slots=True)
class _Subject:
    """Where messages are on their way to: `denied` completes if the broker lets nobody here write there."""

    denied: asyncio.Future[None]
    keys: set[int] = field(default_factory=set)


class PublishWindow:
    """Up to `size` messages on their way over one session.

    They are written in the order of `submit` and the broker stores those of one connection in that order. Nothing
    is tried twice here: once the session is lost, every open message ends as BrokerUnreachable, and whoever
    publishes again starts at the first one, under the same message ids. Outcomes go to `on_outcome`, which must not
    block or raise, and without one to the queue `outcomes`; in any order.
    """

    def __init__(
        self,
        session: BrokerSession,
        *,
        size: int = WINDOW,
        on_outcome: Callable[[Outcome], None] | None = None,
    ) -> None:
        self.outcomes: asyncio.Queue[Outcome] = asyncio.Queue()
        self._session = session
        self._tell = on_outcome or self.outcomes.put_nowait
        self._slots = asyncio.Semaphore(size)
        self._open: dict[int, _Flight] = {}
        self._keys: dict[int, int] = {}  # by number
        self._next_number = 0
        self._subjects: dict[str, _Subject] = {}
        self._reply = session.nc.new_inbox()
        self._subscription: object | None = None

    async def __aenter__(self) -> PublishWindow:
        """Raises BrokerUnreachable if the session has ended."""
        try:
            self._subscription = await self._session.nc.subscribe(f"{self._reply}.*", cb=self._receive)
        except (nats.errors.Error, OSError) as error:
            # The broker went away between the caller's look at the session and now.
            raise BrokerUnreachable(f"The connection to the broker was lost ({error}).") from error
        self._session.on_lost(self._lose_all)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._session.forget_lost(self._lose_all)
        for flight in self._open.values():
            flight.timer.cancel()
        self._open.clear()
        self._keys.clear()
        for subject in list(self._subjects):
            self._forget_subject(subject)
        if self._subscription is not None and not self._session.lost.is_set():
            try:
                await self._subscription.unsubscribe()  # type: ignore[attr-defined]
            except (nats.errors.Error, OSError):
                return

    @property
    def open_count(self) -> int:
        return len(self._open)

    def is_over(self, session: BrokerSession) -> bool:
        """Whether `session`, the live one of now, is another than the one that this window writes to."""
        return session is not self._session

    def is_open(self, key: int) -> bool:
        """Whether a message of this key is on its way."""
        return key in self._open

    async def submit(self, key: int, subject: str, data: bytes, *, msg_id: str) -> None:
        """Write one message, after waiting for a free place in the window. Its outcome always comes."""
        await self._slots.acquire()
        timer = asyncio.get_running_loop().call_later(ACK_SECONDS, self._give_up, key)
        self._next_number += 1
        flight = self._open[key] = _Flight(self._next_number, subject, timer)
        self._keys[flight.number] = key
        self._entry_of(subject).keys.add(key)
        if self._session.lost.is_set():
            self._settle(key, None, BrokerUnreachable("The connection to the broker was lost."))
            return
        try:
            await self._session.nc.publish(
                subject, data, reply=f"{self._reply}.{flight.number}", headers={"Nats-Msg-Id": msg_id}
            )
        except (nats.errors.Error, OSError) as error:
            self._settle(key, None, BrokerUnreachable(f"The connection to the broker was lost ({error})."))

    def _entry_of(self, subject: str) -> _Subject:
        if subject not in self._subjects:
            denied = self._session.denied(subject)
            denied.add_done_callback(lambda done: None if done.cancelled() else self._deny(subject))
            self._subjects[subject] = _Subject(denied)
        return self._subjects[subject]

    def _forget_subject(self, subject: str) -> None:
        entry = self._subjects.pop(subject)
        self._session.forget_denied(subject, entry.denied)
        entry.denied.cancel()

    def _deny(self, subject: str) -> None:
        entry = self._subjects.get(subject)
        for key in list(entry.keys) if entry is not None else ():
            self._settle(key, None, PublishRefused("The broker does not let this key write there."))

    def _give_up(self, key: int) -> None:
        self._settle(key, None, NotStored("The broker did not confirm in time."))

    async def _receive(self, msg: Msg) -> None:
        number = msg.subject.rpartition(".")[2]
        key = self._keys.get(int(number)) if number.isdigit() else None
        if key is None:
            return
        if (msg.headers or {}).get("Status") == "503":
            self._settle(key, None, NotStored("The broker has no message store at the moment."))
            return
        try:
            self._settle(key, read_pub_ack(msg.data), None)
        except LinkError as error:
            self._settle(key, None, error)

    def _lose_all(self) -> None:
        for key in list(self._open):
            self._settle(key, None, BrokerUnreachable("The connection to the broker was lost."))

    def _settle(self, key: int, ack: PubAck | None, error: LinkError | None) -> None:
        flight = self._open.pop(key, None)
        if flight is None:
            return
        flight.timer.cancel()
        del self._keys[flight.number]
        entry = self._subjects.get(flight.subject)
        if entry is not None:
            entry.keys.discard(key)
            if not entry.keys:
                self._forget_subject(flight.subject)
        self._slots.release()
        self._tell(Outcome(key, ack, error))
