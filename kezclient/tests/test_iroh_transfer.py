"""Files from node to node on loopback: whole, gone on with, refused, changed."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

import pytest

from kezclient.iroh.asking import ask_for, ask_for_manifest, say_have
from kezclient.iroh.faults import Refused, Unreachable
from kezclient.iroh.iroh_node import bound, is_relayed
from kezclient.iroh.serving import Limits
from kezclient.iroh.watching import Patience
from kezclient.store.store import Store
from kezclient.tests.iroh_peers import (
    BOB,
    CAROL,
    LOOPBACK,
    MALLORY,
    QUICK,
    connected,
    fetch_file,
    film,
    found,
    liar,
    offered,
    random_key,
    shelf,
)
from kezproto.blob_wire import Status
from kezproto.blobs import BLOB_CHUNK_BYTES
from kezproto.tickets import Ticket

MIB = BLOB_CHUNK_BYTES


@contextlib.asynccontextmanager
async def refusing(status: Status):
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.status is status


@pytest.mark.parametrize("size", [0, 1, MIB, 5 * MIB + 17])
async def test_a_file_arrives_as_it_was(store: Store, tmp_path: Path, size: int):
    path = film(tmp_path, size)
    async with shelf(store) as alice:
        share = alice.share(await offered(path), BOB)
        ticket = alice.ticket(share)
        async with connected(BOB, ticket) as fetcher:
            got = await fetch_file(fetcher, ticket, size, tmp_path / "got")
            assert not is_relayed(fetcher.connection)
            await say_have(fetcher.connection, ticket.content, Patience())
            await say_have(fetcher.connection, ticket.content, Patience())
        assert got.read_bytes() == path.read_bytes()
        assert alice.seen.problems == [None]
        assert alice.seen.fetches == [("film.mkv", BOB.primary)]
        assert [reader.fetched_at is not None for reader in store.shares.readers(share.id)] == [True]
    assert found(tmp_path, "*.part") == []


async def test_it_goes_on_at_the_last_whole_chunk_and_trusts_nothing_that_lay_there(
    store: Store, tmp_path: Path
):
    path = film(tmp_path)
    data = path.read_bytes()
    async with shelf(store) as alice:
        ticket = alice.ticket(alice.share(await offered(path), BOB))
        part = tmp_path / f"got.{ticket.content[7:15]}.part"
        begun = {
            # What lies in the part: the chunk that it goes on with.
            data[: 3 * MIB + 100]: 3,
            data[: 2 * MIB] + bytes(MIB) + data[3 * MIB : 4 * MIB]: 2,
            bytes(MIB) + data[MIB:]: 0,
            data: 6,
            data[: MIB - 1]: 0,
        }
        async with connected(BOB, ticket) as fetcher:
            for before, first in begun.items():
                part.write_bytes(before)
                sent = len(alice.seen.sent)
                got = await fetch_file(fetcher, ticket, len(data), tmp_path / "got")
                assert got.read_bytes() == data
                got.unlink()
                firsts = [each.first_byte // MIB for each in alice.seen.sent[sent:]]
                assert firsts == ([first] if first < 6 else [])


async def test_strangers_and_what_there_is_not_get_the_same_answer(store: Store, tmp_path: Path):
    async with shelf(store) as alice:
        ticket = alice.ticket(alice.share(await offered(film(tmp_path)), BOB))
        async with connected(MALLORY, ticket) as fetcher:
            async with refusing(Status.NOT_YOURS):
                await ask_for(fetcher.connection, ticket.content, 0, Patience())
        async with connected(MALLORY, ticket) as fetcher:
            async with refusing(Status.NOT_YOURS):
                await say_have(fetcher.connection, ticket.content, Patience())
        async with connected(BOB, ticket) as fetcher:
            async with refusing(Status.NOT_YOURS):
                await ask_for(fetcher.connection, "blake3:" + "00" * 32, 0, Patience())
        assert alice.seen.sent == []
        assert alice.seen.fetches == []


async def test_what_was_taken_back_is_gone_also_in_the_middle(store: Store, tmp_path: Path):
    path = film(tmp_path, 20 * MIB)
    async with shelf(store) as alice:
        share = alice.share(await offered(path), BOB)
        ticket = alice.ticket(share)
        alice.seen.on_move = lambda _transfer: store.shares.unshare(share.id, share.shared_at)
        async with connected(BOB, ticket) as fetcher:
            async with refusing(Status.GONE):
                await fetch_file(fetcher, ticket, 20 * MIB, tmp_path / "got")
            async with refusing(Status.GONE):
                await ask_for_manifest(fetcher.connection, ticket.content, Patience())
        async with connected(MALLORY, ticket) as fetcher:
            async with refusing(Status.NOT_YOURS):
                await ask_for_manifest(fetcher.connection, ticket.content, Patience())
        assert store.shares.served() == []
        assert not (tmp_path / "got").exists()


@pytest.mark.parametrize("change", ["other bytes", "shorter", "missing"])
async def test_a_file_that_changed_is_refused_from_there_on(store: Store, tmp_path: Path, change: str):
    path = film(tmp_path)
    data = path.read_bytes()
    async with shelf(store) as alice:
        ticket = alice.ticket(alice.share(await offered(path), BOB))
        if change == "other bytes":
            path.write_bytes(data[: 3 * MIB] + bytes([data[3 * MIB] ^ 1]) + data[3 * MIB + 1 :])
        elif change == "shorter":
            path.write_bytes(data[: 3 * MIB])
        else:
            path.unlink()
        async with connected(BOB, ticket) as fetcher:
            async with refusing(Status.CHANGED):
                await fetch_file(fetcher, ticket, len(data), tmp_path / "got")
        kept = [] if change == "missing" else [data[: 3 * MIB]]
        assert [each.read_bytes() for each in found(tmp_path, "got.*.part")] == kept
        assert alice.seen.problems[0] is not None
        # What it was before may be fetched again.
        path.write_bytes(data)
        async with connected(BOB, ticket) as fetcher:
            got = await fetch_file(fetcher, ticket, len(data), tmp_path / "got")
        assert got.read_bytes() == data


async def test_one_node_gets_a_few_connections_and_all_together_not_many_more(store: Store, tmp_path: Path):
    async with shelf(store, Limits(connections=4, per_node=2)) as alice:
        ticket = alice.ticket(alice.share(await offered(film(tmp_path, 10)), BOB, MALLORY))
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(2):
                fetcher = await stack.enter_async_context(connected(BOB, ticket))
                await ask_for_manifest(fetcher.connection, ticket.content, Patience())
            third = await stack.enter_async_context(connected(BOB, ticket))
            async with refusing(Status.BUSY):
                await ask_for_manifest(third.connection, ticket.content, Patience())
            other = await stack.enter_async_context(connected(MALLORY, ticket))
            await ask_for_manifest(other.connection, ticket.content, Patience())
            with pytest.raises(Unreachable, match="refused"):
                await stack.enter_async_context(connected(MALLORY, ticket))


async def test_a_connection_without_requests_is_closed(store: Store, tmp_path: Path):
    async with shelf(store, Limits(idle=0.2)) as alice:
        ticket = alice.ticket(alice.share(await offered(film(tmp_path, 10)), BOB))
        async with connected(BOB, ticket) as fetcher:
            async with asyncio.timeout(10):
                await fetcher.connection.closed()


async def test_what_is_no_request_is_refused(store: Store, tmp_path: Path):
    async with shelf(store) as alice:
        ticket = alice.ticket(alice.share(await offered(film(tmp_path, 10)), BOB))
        async with connected(BOB, ticket) as fetcher:
            stream = await fetcher.connection.open_bi()
            await stream.send().write_all(b"\x02" + bytes(37))
            await stream.send().finish()
            assert await stream.recv().read_to_end(10) == bytes([Status.BAD_REQUEST])


# Peers that lie ----------------------------------------------------------------------------------------


async def test_a_node_that_says_nothing_is_given_up(tmp_path: Path):
    async with liar(lambda _request: SilentForEver()) as node:
        ticket = Ticket(node.id, "blake3:" + "00" * 32, random_key(), "file", node.whereabouts().addresses)
        async with connected(BOB, ticket, QUICK) as fetcher:
            with pytest.raises(Unreachable, match=r"no progress|nothing was heard"):
                await ask_for(fetcher.connection, ticket.content, 0, QUICK)


class SilentForEver:
    """Bytes that never come."""

    def __iter__(self) -> SilentForEver:
        return self

    def __next__(self) -> bytes:
        return b""


@pytest.mark.parametrize("addresses", [("127.0.0.1:9",), ()])
async def test_nobody_at_the_address_is_noticed(addresses: tuple[str, ...]):
    ticket = Ticket(MALLORY.primary, "blake3:" + "00" * 32, random_key(), "file", addresses)
    async with bound(BOB, LOOPBACK) as node:
        with pytest.raises(Unreachable):
            await node.connect(ticket, seconds=0.3)


async def test_strangers_get_few_connections_and_no_time(store: Store, tmp_path: Path):
    limits = Limits(strangers=1, handshake=0.3)
    async with shelf(store, limits) as alice:
        ticket = alice.ticket(alice.share(await offered(film(tmp_path, 10)), BOB))
        async with connected(MALLORY, ticket) as silent, asyncio.timeout(10):
            async with connected(CAROL, ticket) as second:
                await second.connection.closed()
            async with connected(BOB, ticket) as fetcher:
                await ask_for_manifest(fetcher.connection, ticket.content, Patience())
            await silent.connection.closed()


async def test_a_pipe_in_the_files_place_is_not_waited_for(store: Store, tmp_path: Path):
    path = film(tmp_path, 10)
    async with shelf(store) as alice:
        ticket = alice.ticket(alice.share(await offered(path), BOB))
        path.unlink()
        os.mkfifo(path)
        async with connected(BOB, ticket) as fetcher, asyncio.timeout(10), refusing(Status.CHANGED):
            await fetch_file(fetcher, ticket, 10, tmp_path / "got")
