"""Publishing many envelopes at once over one connection, in order, without waiting for each acknowledgement."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import nats.errors

from kezproto.subjects import inbox_subject
from natslink.acks import PubAck, read_pub_ack
from natslink.errors import BrokerUnreachable, LinkError, NotStored, PublishRefused

if TYPE_CHECKING:
    from nats.aio.msg import Msg

    from kezproto.keys import Primary
    from natslink.session import BrokerSession

WINDOW = 256
ACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one envelope: exactly one of `ack` and `error` is set."""

    key: int
    ack: PubAck | None
    error: LinkError | None


class PublishWindow:
    """Up to `WINDOW` envelopes on their way over one session.

    They are written in the order of `submit` and the broker stores those of one connection in that order. Nothing
    is tried twice here: once the session is lost, every open envelope ends as BrokerUnreachable, and whoever
    publishes again starts at the first one, under the same message ids. Outcomes come by `outcomes`, in any order.
    """

    def __init__(self, session: BrokerSession) -> None:
        self._session = session
        self._slots = asyncio.Semaphore(WINDOW)
        self._open: dict[int, asyncio.TimerHandle] = {}
        self._inbox = session.nc.new_inbox()
        self._denied: dict[str, asyncio.Future[None]] = {}
        self._denied_keys: dict[str, list[int]] = {}
        self._subscription: object | None = None
        self.outcomes: asyncio.Queue[Outcome] = asyncio.Queue()

    async def __aenter__(self) -> PublishWindow:
        """Raises BrokerUnreachable if the session has ended."""
        try:
            self._subscription = await self._session.nc.subscribe(f"{self._inbox}.*", cb=self._receive)
        except (nats.errors.Error, OSError) as error:
            # The broker went away between the caller's look at the session and now.
            raise BrokerUnreachable(f"The connection to the broker was lost ({error}).") from error
        self._session.on_lost(self._lose_all)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._session.forget_lost(self._lose_all)
        for subject, waiter in self._denied.items():
            self._session.forget_denied(subject, waiter)
            waiter.cancel()
        for timer in self._open.values():
            timer.cancel()
        self._open.clear()
        if self._subscription is not None and not self._session.lost.is_set():
            try:
                await self._subscription.unsubscribe()  # type: ignore[attr-defined]
            except (nats.errors.Error, OSError):
                return

    @property
    def open_count(self) -> int:
        return len(self._open)

    async def submit(self, key: int, recipient: Primary, envelope: bytes, *, msg_id: str) -> None:
        """Write one envelope, after waiting for a free place in the window. Its outcome always comes."""
        await self._slots.acquire()
        subject = inbox_subject(recipient)
        self._watch_denied(subject, key)
        loop = asyncio.get_running_loop()
        self._open[key] = loop.call_later(
            ACK_SECONDS, self._settle, key, None, NotStored("The broker did not confirm in time.")
        )
        if self._session.lost.is_set():
            self._settle(key, None, BrokerUnreachable("The connection to the broker was lost."))
            return
        try:
            await self._session.nc.publish(
                subject, envelope, reply=f"{self._inbox}.{key}", headers={"Nats-Msg-Id": msg_id}
            )
        except (nats.errors.Error, OSError) as error:
            self._settle(key, None, BrokerUnreachable(f"The connection to the broker was lost ({error})."))

    def _watch_denied(self, subject: str, key: int) -> None:
        self._denied_keys.setdefault(subject, []).append(key)
        if subject not in self._denied:
            waiter = self._session.denied(subject)
            waiter.add_done_callback(lambda done: None if done.cancelled() else self._deny(subject))
            self._denied[subject] = waiter

    def _deny(self, subject: str) -> None:
        for key in self._denied_keys.pop(subject, []):
            self._settle(key, None, PublishRefused("The broker does not let this key write to that inbox."))

    async def _receive(self, msg: Msg) -> None:
        number = msg.subject.rpartition(".")[2]
        if not number.isdigit():
            return
        if (msg.headers or {}).get("Status") == "503":
            self._settle(int(number), None, NotStored("The broker has no message store at the moment."))
            return
        try:
            self._settle(int(number), read_pub_ack(msg.data), None)
        except LinkError as error:
            self._settle(int(number), None, error)

    def _lose_all(self) -> None:
        for key in list(self._open):
            self._settle(key, None, BrokerUnreachable("The connection to the broker was lost."))

    def _settle(self, key: int, ack: PubAck | None, error: LinkError | None) -> None:
        timer = self._open.pop(key, None)
        if timer is None:
            return
        timer.cancel()
        self._slots.release()
        self.outcomes.put_nowait(Outcome(key, ack, error))
