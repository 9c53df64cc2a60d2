"""One side of a transfer by magic-wormhole's transit, as a process: `serve FILE` or `fetch HINTS SIZE TO`.

The classes are those that the `wormhole` command sends files with, the hashes and chunks too. What it does before, to
find the other side by a code and a mailbox, is left out, and so is its progress bar. It speaks as `iroh_peer` does.
"""

import contextlib
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from twisted.internet import task, threads
from twisted.internet.error import ConnectionClosed
from twisted.protocols.basic import FileSender
from wormhole.transit import TransitReceiver, TransitSender  # type: ignore[import-untyped]

from bench.machine import largest_size

KEY = bytes(32)


def open_file(path: str, mode: str) -> Any:
    return Path(path).open(mode)


async def serve(reactor: Any, path: str) -> None:
    transit: Any = TransitSender(None, reactor=reactor)
    transit.set_transit_key(KEY)
    hints = await transit.get_connection_hints()
    print(json.dumps([{**each, "hostname": "127.0.0.1"} for each in hints]), flush=True)
    pipe = await transit.connect()
    hasher = hashlib.sha256()

    def counted(data: bytes) -> bytes:
        hasher.update(data)
        return data

    sender: Any = FileSender()
    with open_file(path, "rb") as file:
        await sender.beginFileTransfer(file, pipe, transform=counted)
    assert await pipe.receive_record() == hasher.digest()
    pipe.close()


async def fetch(reactor: Any, hints: str, size: str, to: str) -> None:
    transit: Any = TransitReceiver(None, reactor=reactor)
    transit.set_transit_key(KEY)
    await transit.get_connection_hints()
    transit.add_connection_hints(json.loads(hints))
    print("ready", flush=True)
    await threads.deferToThread(sys.stdin.readline)
    pipe = await transit.connect()
    hasher = hashlib.sha256()
    with open_file(to, "wb") as file:
        await pipe.writeToFile(file, int(size), None, hasher.update)
    print("done", flush=True)
    pipe.send_record(hasher.digest())
    with contextlib.suppress(ConnectionClosed):
        await pipe.receive_record()


def main(arguments: list[str]) -> None:
    code: Any = None
    try:
        side: Any = {"serve": serve, "fetch": fetch}[arguments[0]]
        task.react(side, arguments[1:])
    except SystemExit as end:
        code = end.code
    print(largest_size(), flush=True)
    sys.exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
