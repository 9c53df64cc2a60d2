"""From the client to inboxes: pipelined, in order, each publish answered."""

from chatbridge.consumers.codes import Code, Refused
from chatbridge.consumers.frames import Publish
from chatbridge.consumers.limits import SocketLimits
from chatbridge.consumers.writer import Writer
from chatbridge.metrics import WS_PUBLISHED
from kezproto.errors import BadKey
from kezproto.keys import Primary
from kezproto.padding import MAX_ENVELOPE_BYTES
from kezproto.subjects import inbox_subject
from natslink.connection import SupervisedConnection
from natslink.errors import BrokerUnreachable, InboxFull, LinkError, MessageTooLarge, PublishRefused
from natslink.publishing import WINDOW, Outcome, PublishWindow

# After one of these nothing more is taken until the client says `resume`: what it sent in the meantime must not
# overtake what it is going to send again.
HOLDING = frozenset({Code.RATE_LIMITED, Code.BROKER_UNREACHABLE, Code.NOT_STORED})


class Publishing:
    """One socket's publishes. It never waits for room: who sends more than the window holds is refused."""

    def __init__(self, bridge: SupervisedConnection, writer: Writer, limits: SocketLimits) -> None:
        self._bridge = bridge
        self._writer = writer
        self._limits = limits
        self._window: PublishWindow | None = None
        self._held: Code | None = None

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

    def resume(self) -> None:
        """The client has taken note of what failed, and begins again there."""
        self._held = None

    async def close(self) -> None:
        window, self._window = self._window, None
        if window is not None:
            await window.__aexit__()

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
            window = await self._window_of_now()
        except BrokerUnreachable:
            self._refuse([item.ref], Code.BROKER_UNREACHABLE)
            return
        if window.is_open(item.ref):
            raise Refused(Code.BAD_FRAME, "A ref stands for one publish until that is answered.")
        if window.open_count >= WINDOW:
            self._refuse([item.ref], Code.RATE_LIMITED)
            return
        await window.submit(item.ref, inbox_subject(recipient), item.envelope, msg_id=item.msg_id)

    async def _window_of_now(self) -> PublishWindow:
        session = self._bridge.live
        if session is None:
            raise BrokerUnreachable
        if self._window is None or self._window.is_over(session):
            await self.close()
            window = PublishWindow(session, on_outcome=self._settled)
            await window.__aenter__()
            self._window = window
        return self._window

    def _settled(self, outcome: Outcome) -> None:
        if outcome.ack is not None:
            WS_PUBLISHED.labels("duplicate" if outcome.ack.duplicate else "stored").inc()
            self._writer.published(outcome.key, outcome.ack.seq, duplicate=outcome.ack.duplicate)
        elif outcome.error is not None:
            self._refuse([outcome.key], code_of(outcome.error))

    def _refuse(self, refs: list[int], code: Code, wait: float = 0.0) -> None:
        WS_PUBLISHED.labels(code.value).inc(len(refs))
        holds = code in HOLDING
        if holds:
            self._held = code
        self._writer.refused(refs, code, held=holds, retry_after=wait)


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
