"""From the client to inboxes and to the store of chunks: pipelined, each publish answered.

Messages are stored in the order in which they were sent, so a failure that may pass holds those behind it back.
Chunks of files need no order: they neither hold anything nor are they held.
"""

import asyncio
import contextlib

from chatbridge.consumers.codes import Code, Refused
from chatbridge.consumers.frames import Chunk, Publish
from chatbridge.consumers.limits import CHUNK_WINDOW, LEFT_BY_CHUNKS, SocketLimits
from chatbridge.consumers.writer import Writer
from chatbridge.metrics import WS_CHUNKS, WS_PUBLISHED
from kezproto.errors import BadKey, Malformed
from kezproto.file_chunks import parse_chunk_frame
from kezproto.keys import Primary
from kezproto.padding import MAX_ENVELOPE_BYTES
from kezproto.subjects import chunk_subject, inbox_subject
from natslink.connection import SupervisedConnection
from natslink.errors import BrokerUnreachable, InboxFull, LinkError, MessageTooLarge, PublishRefused
from natslink.publishing import WINDOW, Outcome, PublishWindow

# After one of these no message is taken until the client says `resume`: what it sent in the meantime must not
# overtake what it is going to send again.
HOLDING = frozenset({Code.RATE_LIMITED, Code.BROKER_UNREACHABLE, Code.NOT_STORED})


class Publishing:
    """One socket's publishes. It never waits for room: who sends more than the window holds is refused."""

    def __init__(
        self, own: Primary, bridge: SupervisedConnection, writer: Writer, limits: SocketLimits
    ) -> None:
        self._own = own
        self._bridge = bridge
        self._writer = writer
        self._limits = limits
        self._window: PublishWindow | None = None
        self._chunks: set[int] = set()  # the refs in the window that are chunks
        self._held: Code | None = None
        self._all_answered: asyncio.Event | None = None

    async def take(self, items: list[Publish], *, size: int, now: float) -> None:
        """`size` is that of the whole frame. Raises Refused only for what closes the socket."""
        wait = self._limits.bytes.take(size, now=now)
        if wait:
            self._refuse([item.ref for item in items], Code.RATE_LIMITED, wait)
            return
        for item in items:
            if self._held is not None:
                self._refuse([item.ref], self._held)
                continue
            await self._publish(item, now)

    async def take_chunk(self, chunk: Chunk, *, size: int, now: float) -> None:
        """As `take`, into the store of chunks: under the key of this socket, wherever the frame comes from."""
        wait = self._limits.bytes.take(size, now=now, leave=LEFT_BY_CHUNKS)
        if wait:
            self._refuse_chunk(chunk.ref, Code.RATE_LIMITED, wait)
            return
        try:
            frame = parse_chunk_frame(chunk.frame)
        except Malformed:
            self._refuse_chunk(chunk.ref, Code.BAD_CHUNK)
            return
        wait = self._limits.publishes.take(1, now=now, leave=LEFT_BY_CHUNKS)
        if wait:
            self._refuse_chunk(chunk.ref, Code.RATE_LIMITED, wait)
            return
        try:
            window = await self._window_for(chunk.ref)
        except BrokerUnreachable:
            self._refuse_chunk(chunk.ref, Code.BROKER_UNREACHABLE)
            return
        if len(self._chunks) >= CHUNK_WINDOW:
            self._refuse_chunk(chunk.ref, Code.RATE_LIMITED)
            return
        self._chunks.add(chunk.ref)
        subject = chunk_subject(self._own, frame.file_id, frame.index)
        await window.submit(chunk.ref, subject, chunk.frame, msg_id=chunk.msg_id)

    def resume(self) -> None:
        """The client has taken note of what failed, and begins again there."""
        self._held = None

    async def settle(self, *, seconds: float) -> None:
        """Returns when everything that was taken is answered, at the latest after `seconds`."""
        if self._window is None or not self._window.open_count:
            return
        self._all_answered = asyncio.Event()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._all_answered.wait()

    async def close(self) -> None:
        window, self._window = self._window, None
        if window is not None:
            await window.__aexit__()
        self._chunks.clear()

    async def _publish(self, item: Publish, now: float) -> None:
        if len(item.envelope) > MAX_ENVELOPE_BYTES:
            self._refuse([item.ref], Code.TOO_LARGE)
            return
        try:
            recipient = Primary(item.recipient)
        except BadKey:
            self._refuse([item.ref], Code.BAD_RECIPIENT)
            return
        wait = self._limits.publishes.take(1, now=now)
        if wait:
            self._refuse([item.ref], Code.RATE_LIMITED, wait)
            return
        try:
            window = await self._window_for(item.ref)
        except BrokerUnreachable:
            self._refuse([item.ref], Code.BROKER_UNREACHABLE)
            return
        if window.open_count - len(self._chunks) >= WINDOW:
            self._refuse([item.ref], Code.RATE_LIMITED)
            return
        await window.submit(item.ref, inbox_subject(recipient), item.envelope, msg_id=item.msg_id)

    async def _window_for(self, ref: int) -> PublishWindow:
        """The window of the live session. Raises BrokerUnreachable, and Refused if it holds `ref` already."""
        session = self._bridge.live
        if session is None:
            raise BrokerUnreachable
        if self._window is None or self._window.is_over(session):
            await self.close()
            window = PublishWindow(session, size=WINDOW + CHUNK_WINDOW, on_outcome=self._settled)
            await window.__aenter__()
            self._window = window
        if self._window.is_open(ref):
            raise Refused(Code.BAD_FRAME, "A ref stands for one publish until that is answered.")
        return self._window

    def _settled(self, outcome: Outcome) -> None:
        is_chunk = outcome.key in self._chunks
        self._chunks.discard(outcome.key)
        if outcome.ack is not None:
            result = "duplicate" if outcome.ack.duplicate else "stored"
            (WS_CHUNKS if is_chunk else WS_PUBLISHED).labels(result).inc()
            self._writer.published(outcome.key, outcome.ack.seq, duplicate=outcome.ack.duplicate)
        elif outcome.error is not None and is_chunk:
            self._refuse_chunk(outcome.key, code_of(outcome.error))
        elif outcome.error is not None:
            self._refuse([outcome.key], code_of(outcome.error))
        if self._all_answered is not None and self._window is not None and not self._window.open_count:
            self._all_answered.set()

    def _refuse(self, refs: list[int], code: Code, wait: float = 0.0) -> None:
        WS_PUBLISHED.labels(code.value).inc(len(refs))
        holds = code in HOLDING
        if holds:
            self._held = code
        self._writer.refused(refs, code, held=holds, retry_after=wait)

    def _refuse_chunk(self, ref: int, code: Code, wait: float = 0.0) -> None:
        WS_CHUNKS.labels(code.value).inc()
        self._writer.refused([ref], code, held=False, retry_after=wait)


def code_of(error: LinkError) -> Code:
    """What a client is told about a publish that failed at the broker."""
    match error:
        case InboxFull():
            return Code.INBOX_FULL
        case MessageTooLarge():
            return Code.TOO_LARGE
        case PublishRefused():
            return Code.PUBLISH_REFUSED
        case BrokerUnreachable():
            return Code.BROKER_UNREACHABLE
    return Code.NOT_STORED
