"""From the device's consumer to the client, and its acknowledgements back to the broker."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from chatbridge.consumers.admission import Admitted
from chatbridge.consumers.codes import Code, Refused
from chatbridge.consumers.limits import PULL_BYTES, UNACKED_BYTES
from chatbridge.consumers.writer import Writer
from chatbridge.device_consumers import MAX_ACK_PENDING, ensure_device_consumer
from chatbridge.jetstream import JetStreamError
from chatbridge.metrics import WS_ACKED, WS_DELIVERED
from kezproto.subjects import API_PREFIX, INBOX_STREAM, consumer_name
from natslink.connection import SupervisedConnection
from natslink.errors import BrokerUnreachable, LinkError, PublishRefused
from natslink.pulling import Demand, InboxMessage, pull_messages

logger = logging.getLogger(__name__)

# Every socket asks on its own; a heartbeat of 15 s costs a process with 5,000 sockets 330 small messages a second.
DEMAND = Demand(batch=MAX_ACK_PENDING, max_bytes=PULL_BYTES, heartbeat=15.0)
ACK = b"+ACK"


class Deliveries:
    """One socket's reading.

    The client has at most 256 messages unacknowledged (the consumer's limit) and about `UNACKED_BYTES` of them; then no
    more is fetched. On one socket a message is delivered once: the line is reliable. What is not acknowledged when the
    socket ends is delivered on the next one.
    """

    def __init__(
        self,
        admitted: Admitted,
        bridge: SupervisedConnection,
        backend: SupervisedConnection,
        writer: Writer,
    ) -> None:
        self._admitted = admitted
        self._bridge = bridge
        self._backend = backend
        self._writer = writer
        self._unacked: dict[int, tuple[str, int]] = {}
        self._bytes = 0
        self._room = asyncio.Event()
        self._room.set()

    async def run(self) -> None:
        """Delivers until cancelled. Raises Refused if the broker does not let this server read."""
        messages = pull_messages(
            self._bridge.session,
            stream=INBOX_STREAM,
            consumer=consumer_name(self._admitted.primary, self._admitted.device),
            api_prefix=API_PREFIX,
            demand=DEMAND,
            remedy=self._make_consumer,
        )
        try:
            async with contextlib.aclosing(messages):
                async for message in messages:
                    self._take(message)
                    await self._room.wait()
        except PublishRefused as error:
            logger.error("The broker does not let the bridge read an inbox: %s", error)
            raise Refused(Code.NOT_READY) from error

    def _take(self, message: InboxMessage) -> None:
        known = self._unacked.get(message.stream_seq)
        self._unacked[message.stream_seq] = (message.reply, len(message.data))
        if known is not None:
            return  # the broker's patience ended before the client's acknowledgement came; it is on its way
        self._bytes += len(message.data)
        if self._bytes >= UNACKED_BYTES:
            self._room.clear()
        WS_DELIVERED.inc()
        self._writer.delivery(message.stream_seq, message.data, pending=message.pending)

    async def ack(self, seqs: Sequence[int]) -> None:
        """The client has stored these for good.

        To the broker it is best effort, without waiting for a confirmation: one that is lost means one more delivery to
        a client that knows its messages by id, never a lost message. Raises Refused, after the others are done, if a
        number is not one that this socket waits for.
        """
        unknown = 0
        for seq in seqs:
            reply, size = self._unacked.pop(seq, ("", 0))
            if not reply:
                unknown += 1
                continue
            self._bytes -= size
            with contextlib.suppress(BrokerUnreachable):
                await self._bridge.send(reply, ACK)
        if self._bytes < UNACKED_BYTES:
            self._room.set()
        WS_ACKED.inc(len(seqs) - unknown)
        if unknown:
            raise Refused(Code.UNKNOWN_SEQ)

    async def _make_consumer(self) -> None:
        """The consumer went away under us: with its stream, or because the device was one too many."""
        try:
            await ensure_device_consumer(
                self._backend, self._admitted.primary, self._admitted.device, cursor=self._admitted.cursor
            )
        except (JetStreamError, LinkError) as error:
            logger.info("A device's consumer could not be made: %s", error)
