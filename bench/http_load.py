"""A client that costs little: many kept-open connections, one request at a time on each."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from devstack.ports import HOST

END = b"\r\n\r\n"
LENGTH = b"content-length:"
LAST_CHUNK = b"\r\n0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """`rate`: requests a second; `times`: seconds of each."""

    rate: float
    times: Sequence[float]


async def load(port: int, requests: Sequence[bytes], *, connections: int, expected: int = 200) -> Load:
    """Sends all requests over so many connections. An answer of another status ends the bench."""
    loop = asyncio.get_running_loop()
    waiting = iter(requests)
    times: list[float] = []
    callers = [_Caller(waiting, times, b" %d " % expected) for _ in range(connections)]
    for caller in callers:
        await loop.create_connection(partial(_same, caller), HOST, port)
    began = time.perf_counter()
    for caller in callers:
        caller.ask()
    await asyncio.gather(*(caller.done for caller in callers))
    return Load(len(times) / (time.perf_counter() - began), times)


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + END + body


def _same(caller: "_Caller") -> "_Caller":
    return caller


class _Caller(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], times: list[float], expected: bytes) -> None:
        self._requests = requests
        self._times = times
        self._expected = expected
        self._came = b""
        self._began = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, end, rest = self._came.partition(END)
        if not end or not whole(head, rest):
            return
        self._times.append(time.perf_counter() - self._began)
        if self._expected not in head[:14]:
            self.done.set_exception(
                SystemExit(f"An answer that the bench did not expect: {self._came.decode()}")
            )
            return
        self._came = b""
        self.ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("The server closed the connection."))


def whole(head: bytes, body: bytes) -> bool:
    """Whether all of an answer is there: by its length, as ours say it, or by its last chunk. JSON has no line ends."""
    lowered = head.lower()
    _, said, length = lowered.partition(LENGTH)
    return len(body) >= int(length.partition(b"\r\n")[0]) if said else body.endswith(LAST_CHUNK)
