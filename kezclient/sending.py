"""Getting queued messages to the broker, and waiting for their receipts when asked to."""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

from kezclient.errors import BrokerDown, ClientError, RecipientInboxFull
from kezclient.outbox import FlushReport, Outbox
from kezclient.receiving import Receiver
from kezclient.transport import connect
from natslink.errors import BrokerUnreachable, InboxFull, LinkError

if TYPE_CHECKING:
    from kezclient.runtime import Runtime
    from kezclient.store.contacts import Contact
    from natslink.connection import SupervisedConnection

# After the connection was lost while sending: how long to wait for it to come back.
RECONNECT_SECONDS = 20.0
MOST_LINES = 500
LOOK_SECONDS = 0.1


def outbox_of(runtime: Runtime) -> Outbox:
    return Outbox(runtime.store, runtime.profile.primary, runtime.folders.outbox_lock)


async def flush_patiently(runtime: Runtime, connection: SupervisedConnection) -> FlushReport:
    """Empty the outbox, across one or more reconnects; `broken` is set if the broker stayed away."""
    outbox = outbox_of(runtime)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + RECONNECT_SECONDS
    while True:
        report = await outbox.flush(connection)
        if report.goes_on():
            return report
        if report.sent:
            deadline = loop.time() + RECONNECT_SECONDS
        try:
            await connection.wait_connected(max(deadline - loop.time(), 0.01))
        except BrokerUnreachable:
            return report
        if loop.time() > deadline:
            return report
        await asyncio.sleep(0.2)


async def flush_queued(runtime: Runtime, *, consequence: str) -> FlushReport:
    """Connect, empty the outbox, disconnect. BrokerDown or BrokerRefused if there is no connection."""
    connection = await connect(runtime, consequence=consequence)
    try:
        return await flush_patiently(runtime, connection)
    finally:
        await connection.close()


def blocked_problem(
    contact: Contact, blocked: Mapping[str, LinkError], consequence: str
) -> ClientError | None:
    """Why the contact's inbox takes nothing at the moment; None if it does. `blocked` is as in FlushReport."""
    error = blocked.get(contact.primary.hex)
    if isinstance(error, InboxFull):
        return RecipientInboxFull(handle=str(contact.handle))
    return BrokerDown(reason=str(error).rstrip("."), consequence=consequence) if error is not None else None


async def wait_for_receipts(
    runtime: Runtime, connection: SupervisedConnection, message_ids: list[str], seconds: float
) -> bool:
    """Read the inbox until all these messages are receipted; False if that takes longer."""
    own = runtime.profile.primary

    def all_receipted() -> bool:
        found = (runtime.store.messages.find(own, message_id) for message_id in message_ids)
        return all(message is not None and message.state in ("delivered", "read") for message in found)

    try:
        async with asyncio.timeout(seconds), Receiver(runtime, connection) as receiver:
            receiving = asyncio.create_task(_receive(receiver))
            try:
                # A listener of the same profile may be the one who gets the receipt: look into the store.
                while not all_receipted():
                    await asyncio.wait({receiving}, timeout=LOOK_SECONDS)
                    if receiving.done():
                        receiving.result()
            finally:
                receiving.cancel()
                await asyncio.wait({receiving})
    except (TimeoutError, LinkError):
        return all_receipted()
    finally:
        await outbox_of(runtime).flush(connection)
    return True


async def _receive(receiver: Receiver) -> None:
    while True:
        await receiver.take()


async def lines_of_stdin() -> AsyncIterator[list[str]]:
    """The lines of stdin as they come, several at once when they come fast; empty ones are left out."""
    lines: queue.Queue[str | None] = queue.Queue(maxsize=2 * MOST_LINES)

    def read() -> None:
        for line in sys.stdin:
            lines.put(line.rstrip("\r\n"))
        lines.put(None)

    # A daemon: a read that never ends must not keep the process alive.
    threading.Thread(target=read, name="stdin", daemon=True).start()
    ended = False
    while not ended:
        batch = [await asyncio.to_thread(lines.get)]
        while not lines.empty() and len(batch) < MOST_LINES:
            batch.append(lines.get_nowait())
        ended = None in batch
        texts = [line for line in batch if line]
        if texts:
            yield texts
