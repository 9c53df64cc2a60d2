"""One side of a transfer by Iroh, as a process: `serve FILE` or `fetch TICKET SIZE TO`, as the commands do it.

`serve` prints the ticket; `fetch` prints "ready", begins at a line on stdin, and prints "done". Both print their
largest resident size in MB at the end.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.machine import largest_size
from kezclient.fetching.part_file import PartFile
from kezclient.iroh.answering import Answerer
from kezclient.iroh.asking import say_have
from kezclient.iroh.faults import IrohFault
from kezclient.iroh.fetching import BlobFetcher, Wanted
from kezclient.iroh.file_target import FileTarget
from kezclient.iroh.iroh_node import bound
from kezclient.iroh.lane import lane_rule
from kezclient.iroh.offering import offer_file
from kezclient.iroh.people import People
from kezclient.iroh.service import THREADS
from kezclient.iroh.serving import BlobServer
from kezclient.iroh.settings import IrohSettings
from kezclient.iroh.watching import Patience
from kezclient.store.store import Store
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey
from kezproto.tickets import Ticket, parse_ticket

ALICE, BOB = SigningKey(bytes([1]) * 32), SigningKey(bytes([2]) * 32)
SETTINGS = IrohSettings(host="127.0.0.1", lane=os.environ.get("KEZ_BENCH_LANE") != "off")


async def serve(path: Path, folder: Path) -> None:
    offer = await asyncio.to_thread(offer_file, path, lambda _done: None)
    with Store(folder / "store.sqlite3") as store, ThreadPoolExecutor(THREADS) as executor:
        now = datetime.now(UTC)
        share = store.shares.add(
            key=offer.key, kind="file", name="x", size=offer.size, path=path, blobs=offer.blobs, now=now
        )
        with store.write():
            store.shares.add_reader(share.id, BOB.primary, Handle("bob", "kez.lat"))
        people = People(
            store.shares.all_readers, lambda _who: None, lambda _handles: None, timedelta(minutes=1)
        )
        rule = lane_rule(SETTINGS.host) if SETTINGS.lane else None
        fetched = asyncio.Event()

        def note_fetched(_share_id: int, _reader: Primary) -> bool:
            fetched.set()
            return True

        answerer = Answerer(store.shares, ALICE.primary, note_fetched, executor, lanes=rule)
        async with bound(ALICE, SETTINGS) as node:
            ticket = Ticket(ALICE.primary, offer.content, offer.key, "file", node.whereabouts().addresses)
            print(ticket.encode(), flush=True)
            serving = asyncio.create_task(BlobServer(node, people, answerer).run())
            await fetched.wait()
            # So that the reader hears the answer.
            await asyncio.sleep(0.1)
            serving.cancel()
            await asyncio.wait({serving})


async def fetch(ticket: Ticket, size: int, to: Path) -> None:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(THREADS) as checkers:
        async with bound(BOB, SETTINGS) as node:
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            connection = await node.connect(ticket)
            fetcher = BlobFetcher(connection, writer, checkers, lane=SETTINGS.lane)
            with PartFile(to, ticket.content.removeprefix("blake3:"), force=True) as part:
                await FileTarget(part, Wanted(ticket.content, ticket.key, size)).fetch(fetcher)
            print("done", flush=True)
            with contextlib.suppress(IrohFault):
                await say_have(connection, ticket.content, Patience())
            connection.close(0, b"")


def main(arguments: list[str]) -> None:
    if arguments[0] == "serve":
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(serve(Path(arguments[1]), Path(folder)))
    else:
        asyncio.run(fetch(parse_ticket(arguments[1]), int(arguments[2]), Path(arguments[3])))
    print(largest_size(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
