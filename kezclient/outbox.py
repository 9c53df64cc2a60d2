"""Emptying the outbox: what is queued goes to the broker in order, and what is never receipted goes again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from kezclient import clock
from kezproto.subjects import inbox_subject
from natslink.errors import BrokerUnreachable, LinkError, MessageTooLarge, NotStored
from natslink.publishing import Outcome, PublishWindow

if TYPE_CHECKING:
    from pathlib import Path

    from kezclient.store.outbox import OutboxEntry
    from kezclient.store.store import Store
    from kezproto.keys import Primary
    from natslink.connection import SupervisedConnection
    from natslink.session import BrokerSession

# A recipient may be away for weeks, and the broker keeps what is stored for 30 days.
RESEND_AFTER = timedelta(days=10)
MOST_RESENDS = 3

# The lock is not held while a broker is away for long: other commands want to try, too.
SESSION_SECONDS = 0.5
LOCK_SECONDS = 15.0
LOCK_PAUSE = 0.05
CHUNK = 256


@dataclass(slots=True)
class FlushReport:
    """`sent`: entries that the broker has stored now. `blocked`: why an inbox (by hex key) takes no more."""

    sent: int = 0
    blocked: dict[str, LinkError] = field(default_factory=dict)
    broken: LinkError | None = None
    """Set when the connection or the broker's store failed; what is left stays queued."""

    def goes_on(self) -> bool:
        return self.broken is None


@dataclass(slots=True)
class Outbox:
    """One profile's outbox. Several processes may flush: a file lock lets one at a time, so order is kept."""

    store: Store
    own: Primary
    lock_path: Path

    async def flush(self, connection: SupervisedConnection) -> FlushReport:
        """Publish all that is queued, in order; for each recipient stop at the first failure.

        Returns early, with `broken`, when the connection fails; call again once it is back.
        """
        lock = FileLock(self.lock_path, mode=0o600, is_singleton=False)
        if not await _acquire(lock):
            return FlushReport(broken=NotStored("Another kez-chat is sending at the moment."))
        try:
            self.requeue_unreceipted()
            return await self._flush_locked(connection)
        finally:
            lock.release()

    def requeue_unreceipted(self) -> None:
        """Messages sent long ago without a receipt are sent again, a few times; then they fail for all to see."""
        old = self.store.outbox.unreceipted(sent_before=clock.now() - RESEND_AFTER)
        with self.store.write():
            for entry in old:
                if entry.resends < MOST_RESENDS:
                    self.store.outbox.queue_again(entry.id, resends=entry.resends + 1)
                    continue
                cause = f"No receipt came, though it was sent {entry.resends + 1} times."
                self.store.outbox.failed(entry.id, "no_receipt", cause)
                self.store.messages.set_cause(self.own, entry.message_id, "failed", cause)

    async def _flush_locked(self, connection: SupervisedConnection) -> FlushReport:
        report = FlushReport()
        if not self.store.outbox.count("queued"):
            return report
        try:
            await connection.wait_connected(SESSION_SECONDS)
            session = await connection.session()
            if session is None:
                raise BrokerUnreachable("The connection to the broker is closed.")
            await self._publish_all(session, report)
        except BrokerUnreachable as error:
            report.broken = error
        return report

    async def _publish_all(self, session: BrokerSession, report: FlushReport) -> None:
        under_way: dict[int, OutboxEntry] = {}
        position = 0
        async with PublishWindow(session) as window:
            while report.goes_on():
                chunk = self.store.outbox.queued(after=position, limit=CHUNK)
                if not chunk:
                    break
                for entry in chunk:
                    position = entry.id
                    self._settle(window, under_way, report)
                    if not report.goes_on():
                        break
                    envelope = self.store.outbox.envelope(entry.id)
                    if entry.recipient.hex in report.blocked or envelope is None:
                        continue
                    under_way[entry.id] = entry
                    subject = inbox_subject(entry.recipient)
                    await window.submit(entry.id, subject, envelope, msg_id=entry.delivery_id)
            while under_way:
                self._settle(window, under_way, report, await window.outcomes.get())

    def _settle(
        self,
        window: PublishWindow,
        under_way: dict[int, OutboxEntry],
        report: FlushReport,
        first: Outcome | None = None,
    ) -> None:
        """Write down all outcomes that are there, in one transaction."""
        outcomes = [first] if first is not None else []
        while not window.outcomes.empty():
            outcomes.append(window.outcomes.get_nowait())
        if not outcomes:
            return
        with self.store.write():
            for outcome in outcomes:
                self._note(under_way.pop(outcome.key), outcome.error, report)

    def _note(self, entry: OutboxEntry, error: LinkError | None, report: FlushReport) -> None:
        if error is None:
            report.sent += 1
            self.store.outbox.sent(entry, clock.now())
            if entry.purpose == "message":
                self.store.messages.move_on(self.own, entry.message_id, "sent")
            return
        if isinstance(error, MessageTooLarge):
            # It will never fit; those behind it must not wait for it.
            self.store.outbox.failed(entry.id, error.code, str(error))
            if entry.purpose == "message":
                self.store.messages.set_cause(self.own, entry.message_id, "failed", str(error))
            return
        if isinstance(error, BrokerUnreachable | NotStored):
            report.broken = report.broken or error
        else:
            report.blocked.setdefault(entry.recipient.hex, error)
        self.store.outbox.stays_queued(entry.id, error.code, str(error))
        if entry.purpose == "message":
            self.store.messages.set_cause(self.own, entry.message_id, "queued", str(error))


async def _acquire(lock: FileLock) -> bool:
    deadline = asyncio.get_running_loop().time() + LOCK_SECONDS
    while True:
        try:
            lock.acquire(blocking=False)
        except Timeout:
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(LOCK_PAUSE)
        else:
            return True
