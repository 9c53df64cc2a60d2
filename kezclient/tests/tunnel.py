"""A TCP tunnel to the broker or the server that a test can cut, mend, and let run dry."""

from __future__ import annotations

import asyncio
import threading
from urllib.parse import urlsplit


class Tunnel:
    """Listens on a port of its own and carries every connection to `url`, unless it is cut.

    After `up` bytes to `url`, or `down` bytes from it, nothing more comes through in that direction. `carried` counts
    both.
    """

    def __init__(self, url: str, *, up: int | None = None, down: int | None = None) -> None:
        self._target = urlsplit(url)
        self._limits = {"up": up, "down": down}
        self.carried = {"up": 0, "down": 0}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"{self._target.scheme}://127.0.0.1:{self._port}"

    def cut(self) -> None:
        """Every connection breaks, and new ones are refused."""
        self._run(self._cut())

    def mend(self) -> None:
        self._run(self._listen())

    def __enter__(self) -> Tunnel:
        self._thread.start()
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=5)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, out = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._writers |= {writer, out}
        copies = {
            asyncio.create_task(self._copy(reader, out, "up")),
            asyncio.create_task(self._copy(there, writer, "down")),
        }
        await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
        for copy in copies:
            copy.cancel()
        for each in (writer, out):
            each.transport.abort()
            self._writers.discard(each)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str) -> None:
        limit = self._limits[way]
        try:
            while data := await reader.read(65536):
                if limit is not None and self.carried[way] + len(data) > limit:
                    await asyncio.Event().wait()
                self.carried[way] += len(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            return
