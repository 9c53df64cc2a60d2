"""All that one socket has to tell its client, in one place: frames are filled, and nobody waits for a slow line."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chatbridge.consumers import frames
from chatbridge.consumers.codes import Code, Gone
from chatbridge.consumers.limits import DELIVERY_FRAME_BYTES

Send = Callable[[Mapping[str, Any]], Awaitable[None]]


@dataclass(slots=True)
class _Refusals:
    refs: list[int] = field(default_factory=list)
    retry_after: float = 0.0


# How many files a socket is told of at one time; a client asks for itself how an upload goes.
FILES = 64


class Writer:
    """Adding never waits. How much may pile up is bounded by whoever adds: unacknowledged deliveries, the window of
    publishes, the rate of frames that are answered.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._texts: deque[str] = deque()
        self._signals: deque[bytes] = deque()
        self._published: list[tuple[int, int, bool]] = []
        self._refused: dict[tuple[Code, bool], _Refusals] = {}
        self._files: dict[str, str] = {}
        self._deliveries: deque[tuple[int, bytes]] = deque()
        self._pending = 0
        self._caughtup_told = False
        self._something = asyncio.Event()

    def text(self, kind: str, **fields: Any) -> None:
        self._texts.append(frames.text(kind, **fields))
        self._something.set()

    def published(self, ref: int, seq: int, *, duplicate: bool) -> None:
        self._published.append((ref, seq, duplicate))
        self._something.set()

    def refused(self, refs: Sequence[int], code: Code, *, held: bool, retry_after: float) -> None:
        """These publishes failed; if `held`, the next ones will too, until the client resumes."""
        refusals = self._refused.setdefault((code, held), _Refusals())
        refusals.refs += refs
        refusals.retry_after = max(refusals.retry_after, retry_after)
        self._something.set()

    def file(self, file_id: str, **fields: Any) -> None:
        """How an upload goes. Of one file the latest is told, and of `FILES` files at most if the line is slow."""
        self._files.pop(file_id, None)
        self._files[file_id] = frames.text("file", file_id=file_id, **fields)
        if len(self._files) > FILES:
            del self._files[next(iter(self._files))]
        self._something.set()

    def delivery(self, seq: int, envelope: bytes, *, pending: int) -> None:
        """`pending` messages wait behind this one; when there are none the first time, the client has caught up."""
        self._deliveries.append((seq, envelope))
        self._pending = pending
        self._something.set()

    def signal(self, envelope: bytes) -> None:
        self._signals.append(envelope)
        self._something.set()

    def caught_up(self) -> None:
        """Told once."""
        if not self._caughtup_told:
            self._caughtup_told = True
            self.text("caughtup")

    async def run(self) -> None:
        """Sends until cancelled. Raises Gone."""
        while True:
            await self._something.wait()
            self._something.clear()
            await self.flush()

    async def flush(self) -> None:
        """Sends what is there now. Raises Gone."""
        while self._texts:
            await self._write(text=self._texts.popleft())
        if self._published:
            items, self._published = self._published, []
            await self._write(bytes=frames.published_frame(items))
        while self._refused:
            (code, held), refusals = self._refused.popitem()
            await self._write(text=_refused_frame(code, refusals, held=held))
        while self._files:
            await self._write(text=self._files.pop(next(iter(self._files))))
        while self._deliveries:
            await self._write(bytes=self._delivery_frame())
            if not self._deliveries and not self._pending:
                self.caught_up()
        while self._signals:
            await self._write(bytes=frames.signal_frame(self._signals.popleft()))

    def _delivery_frame(self) -> bytes:
        items = [self._deliveries.popleft()]
        size = len(items[0][1])
        while self._deliveries and size + len(self._deliveries[0][1]) <= DELIVERY_FRAME_BYTES:
            items.append(self._deliveries.popleft())
            size += len(items[-1][1])
        return frames.deliveries_frame(self._pending + len(self._deliveries), items)

    async def _write(self, **content: Any) -> None:
        try:
            await self._send({"type": "websocket.send", **content})
        except OSError as error:  # what ASGI asks servers to raise once the client is gone
            raise Gone from error


def _refused_frame(code: Code, refusals: _Refusals, *, held: bool) -> str:
    more = {"retry_after": round(refusals.retry_after, 3)} if code is Code.RATE_LIMITED else {}
    return frames.text(
        "refused",
        refs=refusals.refs,
        code=code,
        message=code.sentence,
        retry=code.retry,
        held=held,
        **more,
    )
