"""Files from node to node on loopback: whole, gone on with, refused, changed, and lied about."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from kezclient.iroh.asking import ask_for, ask_for_manifest, say_have
from kezclient.iroh.faults import Lied, Refused, Unreachable
from kezclient.iroh.fetching import Wanted
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
    answer_with,
    connected,
    fetch_file,
    liar,
    offered,
    random_key,
    shelf,
)
from kezproto.blob_wire import Status
from kezproto.blobs import BLOB_CHUNK_BYTES, BlobManifest, content_id, encode_manifest, hash_of_chunk
from kezproto.stream import seal_chunk
from kezproto.tickets import Ticket

MIB = BLOB_CHUNK_BYTES


def film(folder: Path, size: int = 5 * MIB + 17) -> Path:
    path = folder / "film.mkv"
    path.write_bytes(os.urandom(size))
    return path


def found(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))


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


def sealed_film(key: bytes, parts: list[bytes]) -> tuple[list[bytes], BlobManifest]:
    chunks = [
        seal_chunk(part, key=key, file_id=bytes(16), index=index, total=len(parts))
        for index, part in enumerate(parts)
    ]
    return chunks, BlobManifest(bytes(16), sum(map(len, parts)), tuple(map(hash_of_chunk, chunks)))


PARTS = [bytes([number]) * MIB for number in range(3)] + [b"end"]


async def lied_to(
    says: Iterable[bytes], promised: BlobManifest, key: bytes, to: Path, patience: Patience
) -> str:
    """What the reader says of it."""
    content = content_id(encode_manifest(promised))
    async with liar(lambda _request: says) as node:
        ticket = Ticket(node.id, content, key, "file", node.whereabouts().addresses)
        async with connected(BOB, ticket, patience) as fetcher:
            with pytest.raises((Lied, Unreachable)) as caught:
                await fetch_file(fetcher, ticket, promised.size, to)
    return f"{type(caught.value).__name__}: {caught.value}"


async def test_a_lying_node_is_caught_at_its_chunk(tmp_path: Path):
    key = random_key()
    chunks, manifest = sealed_film(key, PARTS)
    forged = [*chunks[:2], bytes(len(chunks[2])), chunks[3]]
    said = await lied_to(
        answer_with(encode_manifest(manifest), *forged), manifest, key, tmp_path / "got", Patience()
    )
    assert said == "Lied: part 3 of 4 is not the one that was promised"
    assert [each.read_bytes() for each in found(tmp_path, "*.part")] == [b"".join(PARTS[:2])]


@pytest.mark.parametrize(
    ("lie", "caught"),
    [
        ("another manifest", "Lied: The manifest is not the one that was promised."),
        ("another key", "Lied: part 1 of 4 is sealed under another key"),
        ("chunks swapped", "Lied: part 1 of 4 is not the one that was promised"),
        ("an unknown status", "Lied: The node answers with something that this version does not know."),
        ("a length without end", "Lied: No manifest has this length."),
        ("the end missing", "Unreachable: FinishedEarly(0)"),
    ],
)
async def test_lies_are_told_apart_and_nothing_is_written(tmp_path: Path, lie: str, caught: str):
    key = random_key()
    chunks, manifest = sealed_film(key, PARTS)
    encoded = encode_manifest(manifest)
    opens_with = random_key() if lie == "another key" else key
    says = {
        "another manifest": answer_with(encode_manifest(sealed_film(random_key(), PARTS)[1])),
        "another key": answer_with(encoded, *chunks),
        "chunks swapped": answer_with(encoded, chunks[1], chunks[0], *chunks[2:]),
        "an unknown status": [b"\x07"],
        "a length without end": [b"\x00" + b"\xff" * 4],
        "the end missing": answer_with(encoded),
    }[lie]
    assert await lied_to(says, manifest, opens_with, tmp_path / "got", Patience()) == caught
    assert found(tmp_path, "*") == []


async def test_another_size_than_the_message_said_is_a_lie(store: Store, tmp_path: Path):
    async with shelf(store) as alice:
        ticket = alice.ticket(alice.share(await offered(film(tmp_path, 10)), BOB))
        async with connected(BOB, ticket) as fetcher:
            for size in (9, 11):
                with pytest.raises(Lied, match="10 bytes"):
                    await fetcher.receive(Wanted(ticket.content, ticket.key, size), 0, lambda _data: None)


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
