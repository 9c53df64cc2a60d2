"""A loopback balancer for a local cluster: each connection goes to the next address that answers.

python -m devstack.balancer 127.0.0.1:8000 127.0.0.1:8001 127.0.0.1:8002 …   (the first one is where it listens)

Production has Caddy in this place. This one knows TCP only, so that a cluster needs no further program.
"""

import asyncio
import contextlib
import itertools
import sys

CHUNK = 65_536

Address = tuple[str, int]


class Balancer:
    """Deals connections out in turn; one that finds nobody at any address is closed."""

    def __init__(self, behind: list[Address]) -> None:
        self._behind = behind
        self._turn = itertools.cycle(range(len(behind)))

    async def serve(self, listen: Address) -> None:
        server = await asyncio.start_server(self._pass_on, *listen, backlog=1024)
        async with server:
            await server.serve_forever()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            found = await self._someone()
            if found is not None:
                there_reader, there_writer = found
                await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))
        finally:
            writer.close()

    async def _someone(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = next(self._turn)
        for step in range(len(self._behind)):
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(*self._behind[(first + step) % len(self._behind)])
        return None


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    # Either side's end is the end of both: HTTP and websockets know no half-closed connections.
    writer.close()


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)


if __name__ == "__main__":
    here, *others = map(_address, sys.argv[1:])
    asyncio.run(Balancer(others).serve(here))
