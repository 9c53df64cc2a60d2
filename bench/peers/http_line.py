"""JSON over kept-open HTTP connections, at the least cost: a client's own work must not count as the server's."""

import asyncio
import json
from typing import Any

from bench.http_load import END
from bench.peers.program import PeerError
from devstack.ports import HOST


class Lines:
    """As many connections as requests are ever under way at the same time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def call(self, method: str, path: str, body: Any = None, *, token: str = "") -> Any:
        """The answer's JSON. PeerError if it is not 200."""
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection(HOST, self._port)
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}"
        login = f"\r\nAuthorization: Bearer {token}" if token else ""
        writer.write(f"{head}{login}\r\nContent-Type: application/json".encode() + END + data)
        try:
            status, answer = await read_answer(reader)
        except asyncio.IncompleteReadError:
            raise PeerError(f"{method} {path} was not answered.") from None
        self._idle.append((reader, writer))
        if status != 200:
            raise PeerError(f"{method} {path} was answered {status}: {answer.decode()}")
        return json.loads(answer)

    async def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
            await writer.wait_closed()


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body, of a length that is said or in chunks."""
    first, *lines = (await reader.readuntil(END)).decode().splitlines()
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    status = int(first.split()[1])
    if headers.get("transfer-encoding") != "chunked":
        return status, await reader.readexactly(int(headers.get("content-length", "0")))
    body = b""
    while True:
        size = int(await reader.readuntil(b"\r\n"), 16)
        body += (await reader.readexactly(size + 2))[:-2]
        if not size:
            return status, body
