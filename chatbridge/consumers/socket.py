"""One websocket, from its handshake to its end."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from chatbridge.consumers import frames
from chatbridge.consumers.admission import Admitted, admit, open_inbox, verified
from chatbridge.consumers.codes import Code, Gone, Refused
from chatbridge.consumers.deliveries import Deliveries
from chatbridge.consumers.hub import Hub
from chatbridge.consumers.limits import (
    ANSWER_SECONDS,
    HEARTBEAT_SECONDS,
    PONG_SECONDS,
    SIGNAL_BYTES,
    SILENCE_SECONDS,
    SocketLimits,
    announced,
)
from chatbridge.consumers.notices import FILE_FIELDS
from chatbridge.consumers.publishing import Publishing
from chatbridge.consumers.tasks import ended
from chatbridge.consumers.writer import Send, Writer
from chatbridge.metrics import WS_CLOSED, WS_FILES, WS_SIGNALS, WS_SOCKETS
from kezproto.errors import BadKey
from kezproto.keys import Primary
from kezproto.subjects import signal_subject
from natslink.errors import BrokerUnreachable

logger = logging.getLogger(__name__)

SUBPROTOCOL = "kez.v2"
CLOSE_SECONDS = 5.0
FLUSH_SECONDS = 0.2

Receive = Callable[[], Awaitable[dict[str, Any]]]


class Socket:
    """`run` returns when it is over. `primary_hex` and `device` are empty until the key was shown."""

    def __init__(self, receive: Receive, send: Send, hub: Hub) -> None:
        self._receive = receive
        self._send = send
        self._hub = hub
        self._loop = asyncio.get_running_loop()
        self._limits = SocketLimits.fresh(self._loop.time())
        self._writer = Writer(send)
        self._publishing: Publishing | None = None
        self._deliveries: Deliveries | None = None
        self._end: asyncio.Future[None] = self._loop.create_future()
        self._over = asyncio.Event()
        self._gone = asyncio.Event()
        self._heard_at = self._pong_at = self._pinged_at = self._loop.time()
        self._pings = 0
        self.name = secrets.token_hex(8)
        self.primary_hex = ""
        self.device = ""

    # What the hub does ------------------------------------------------------------------------------

    def end(self, code: Code) -> None:
        """Ends it from outside, soon."""
        if not self._end.done():
            self._end.set_exception(Refused(code))
            self._end.exception()  # read here, in case nobody comes to wait for it any more

    async def wait_ended(self) -> None:
        """Returns when its reading has stopped, or after `CLOSE_SECONDS`."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._over.wait()
        except TimeoutError:
            logger.warning("A socket took long to end.")

    async def wait_gone(self) -> None:
        """Returns when its client has been told of the end."""
        await self._gone.wait()

    def take_signal(self, envelope: bytes) -> None:
        """Best effort: what comes too fast or too large is dropped."""
        now = self._loop.time()
        if (
            self._deliveries is None
            or len(envelope) > SIGNAL_BYTES
            or self._limits.signals_out.take(1, now=now)
        ):
            WS_SIGNALS.labels("dropped").inc()
            return
        WS_SIGNALS.labels("delivered").inc()
        self._writer.signal(envelope)

    def take_file(self, notice: Mapping[str, Any]) -> None:
        """How an upload of this key goes, as `notices.tell_file` has it. Best effort."""
        if self._deliveries is None:
            return
        WS_FILES.inc()
        self._writer.file(**{name: notice[name] for name in FILE_FIELDS})

    def beat(self) -> None:
        """Every few seconds."""
        if self._deliveries is None:
            return
        now = self._loop.time()
        if now - self._heard_at > SILENCE_SECONDS or now - self._pong_at > PONG_SECONDS:
            self.end(Code.TIMED_OUT)
        elif now - self._pinged_at >= HEARTBEAT_SECONDS:
            self._pinged_at = now
            self._pings += 1
            self._writer.text("ping", n=self._pings)

    # Its life ----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """The server has sent `websocket.connect` already."""
        await self._send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        outcome = "gone"
        state = WS_SOCKETS.labels("opening")
        state.inc()
        try:
            self._hub.add(self)
            admitted = await self._open()
            state.dec()
            state = WS_SOCKETS.labels("ready")
            state.inc()
            await self._serve(admitted)
        except Gone:
            pass
        except Refused as refused:
            outcome = refused.code.value
            await self._close(refused)
        except asyncio.CancelledError:
            # The server stops. It ends in order here: daphne waits for its applications until the first one that does
            # not, and what was sent in its last moment never leaves.
            outcome = Code.RESTARTING.value
            await self._close(Refused(Code.RESTARTING))
            await asyncio.sleep(FLUSH_SECONDS)
        finally:
            self._hub.remove(self)
            self._over.set()
            self._gone.set()
            state.dec()
            WS_CLOSED.labels(outcome).inc()

    async def _open(self) -> Admitted:
        """The key is asked for, the inbox opened. Raises Refused, Gone."""
        challenge = secrets.token_hex(32)
        self._writer.text(
            "hello", server=settings.KEZ_CHAT_SERVER, challenge=challenge, seconds=int(ANSWER_SECONDS)
        )
        await self._writer.flush()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self._first_frame()
        except TimeoutError:
            raise Refused(Code.NO_ANSWER) from None
        if not isinstance(answer, frames.SessionAnswer):
            raise Refused(Code.NOT_AUTHENTICATED)
        session = verified(answer, challenge=challenge, now=datetime.now(UTC))
        # First found by its key, then looked up: a suspension in between is seen by one of the two.
        await self._hub.own(self, session.primary.hex, answer.device)
        admitted = await admit(session, answer.device)
        pending = await open_inbox(self._hub.backend, admitted)
        self._publishing = Publishing(admitted.primary, self._hub.bridge, self._writer, self._limits)
        self._deliveries = Deliveries(admitted, self._hub.bridge, self._hub.backend, self._writer)
        self._heard_at = self._pong_at = self._pinged_at = self._loop.time()
        self._writer.text(
            "ready",
            handle=str(admitted.handle),
            device=admitted.device,
            pending=pending,
            heartbeat_seconds=int(HEARTBEAT_SECONDS),
            limits=announced(),
        )
        if not pending:
            self._writer.caught_up()
        return admitted

    async def _first_frame(self) -> frames.ClientFrame:
        """Raises Gone, Refused; also when the socket is ended from outside."""
        frame = asyncio.create_task(self._frame())
        try:
            either: list[asyncio.Future[Any]] = [frame, self._end]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not frame.done():
                self._end.result()
            return frame.result()
        finally:
            frame.cancel()

    async def _serve(self, admitted: Admitted) -> None:
        """Until somebody ends it. Raises Refused, Gone."""
        assert self._publishing is not None and self._deliveries is not None  # noqa: S101, PT018 - made by `_open`
        logger.debug("A device of %s is connected.", admitted.handle)
        work = (self._read(), self._writer.run(), self._deliveries.run())
        tasks = [asyncio.create_task(each) for each in work]
        try:
            done, _ = await asyncio.wait([*tasks, self._end], return_when=asyncio.FIRST_COMPLETED)
            if self._hub.is_stopping:
                # Nothing more is taken and handed out; what was taken is answered.
                await ended([tasks[0], tasks[2]])
                await self._publishing.settle(seconds=CLOSE_SECONDS)
                await self._writer.flush()
        finally:
            await ended(tasks)
            await self._publishing.close()
            self._over.set()
        for each in done:
            each.result()

    async def _close(self, refused: Refused) -> None:
        """Says why, as far as the other side still listens."""
        more = {"cause": refused.cause} if refused.cause else {}
        error = frames.text(
            "error", code=refused.code, message=str(refused), retry=refused.code.retry, **more
        )
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send({"type": "websocket.send", "text": error})
                await self._send(
                    {"type": "websocket.close", "code": refused.code.close, "reason": refused.code.value}
                )
        except (OSError, TimeoutError) as lost:
            logger.debug("A client was gone before it was told why: %s", lost)

    # Frames ------------------------------------------------------------------------------------------

    async def _frame(self) -> frames.ClientFrame:
        """Raises Gone, Refused."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise Gone
        self._heard_at = now = self._loop.time()
        if self._limits.frames.take(1, now=now):
            raise Refused(Code.TOO_FAST)
        data, text = message.get("bytes"), message.get("text")
        self._size = len(data) if data is not None else len(text or "")
        return frames.read_binary(data) if data is not None else frames.read_text(text or "")

    async def _read(self) -> None:
        while True:
            frame = await self._frame()
            try:
                await self._handle(frame)
            except Refused as refused:
                if refused.code.close is not None:
                    raise
                self._writer.text("error", code=refused.code, message=str(refused), retry=False)

    async def _handle(self, frame: frames.ClientFrame) -> None:
        assert self._publishing is not None and self._deliveries is not None  # noqa: S101, PT018 - made by `_open`
        now = self._loop.time()
        if isinstance(frame, frames.Publishes):
            await self._publishing.take(frame.items, size=self._size, now=now)
            return
        if isinstance(frame, frames.Chunk):
            await self._publishing.take_chunk(frame, size=self._size, now=now)
            return
        if self._limits.bytes.take(self._size, now=now):
            raise Refused(Code.TOO_FAST)
        match frame:
            case frames.Acks(seqs):
                await self._deliveries.ack(seqs)
            case frames.Signal(recipient, envelope):
                await self._signal(recipient, envelope, now)
            case frames.Pong():
                self._pong_at = now
            case frames.Resume():
                self._publishing.resume()
            case frames.SessionAnswer():
                raise Refused(Code.ALREADY_OPEN)

    async def _signal(self, recipient: bytes, envelope: bytes, now: float) -> None:
        if len(envelope) > SIGNAL_BYTES:
            raise Refused(Code.SIGNAL_TOO_LARGE)
        if self._limits.signals_in.take(1, now=now):
            WS_SIGNALS.labels("dropped").inc()
            return
        try:
            subject = signal_subject(Primary(recipient))
            await self._hub.bridge.send(subject, envelope)
        except BadKey as error:
            raise Refused(Code.BAD_RECIPIENT) from error
        except BrokerUnreachable:
            WS_SIGNALS.labels("dropped").inc()
        else:
            WS_SIGNALS.labels("sent").inc()
