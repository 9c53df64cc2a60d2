"""Chunks beside the connection: quicker in one network, and worth nothing to whoever meddles with them."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kezclient.iroh import lane
from kezclient.iroh.faults import Refused, Unreachable
from kezclient.iroh.lane import LEAST_CHUNKS, enter, open_door
from kezclient.store.store import Store
from kezclient.tests.iroh_peers import (
    BOB,
    MALLORY,
    answer_with,
    connected,
    fetch_file,
    liar,
    offered,
    random_key,
    shelf,
)
from kezproto.blob_wire import BlobRequest, LaneOffer, RequestKind, Status, manifest_frame
from kezproto.blobs import BLOB_CHUNK_BYTES, BlobManifest, content_id, encode_manifest, hash_of_chunk
from kezproto.stream import seal_chunk
from kezproto.tickets import Ticket

MIB = BLOB_CHUNK_BYTES
SIZE = (LEAST_CHUNKS + 1) * MIB + 5
HERE = ipaddress.ip_address("127.0.0.1")
HERE_TOO = ipaddress.ip_address("::1")


@pytest.mark.parametrize("lanes", [True, False], ids=["lane", "no lane"])
@pytest.mark.parametrize("wanted", [True, False], ids=["wanted", "not wanted"])
async def test_a_large_file_comes_beside_the_connection_where_both_sides_like(
    store: Store, tmp_path: Path, lanes: bool, wanted: bool
):
    path = tmp_path / "film.mkv"
    path.write_bytes(os.urandom(SIZE))
    async with shelf(store, lanes=lanes) as alice:
        ticket = alice.ticket(alice.share(await offered(path), BOB))
        async with connected(BOB, ticket) as fetcher:
            fetcher.lane = wanted
            got = await fetch_file(fetcher, ticket, SIZE, tmp_path / "got")
            by_connection = fetcher.connection.stats().udp_rx_bytes
        assert got.read_bytes() == path.read_bytes()
        assert (by_connection < MIB) == (lanes and wanted)
        assert alice.seen.problems == [None]
        assert alice.seen.refusals == []


async def test_what_is_refused_is_refused_before_there_is_a_lane(store: Store, tmp_path: Path):
    path = tmp_path / "film.mkv"
    path.write_bytes(os.urandom(SIZE))
    async with shelf(store) as alice:
        ticket = alice.ticket(alice.share(await offered(path), BOB))
        async with connected(MALLORY, ticket) as fetcher:
            with pytest.raises(Refused):
                await fetch_file(fetcher, ticket, SIZE, tmp_path / "got")
        assert [status for _node, status in alice.seen.refusals] == [Status.NOT_YOURS]


async def test_a_file_that_changed_is_refused_on_the_connection_too(store: Store, tmp_path: Path):
    path = tmp_path / "film.mkv"
    path.write_bytes(os.urandom(SIZE))
    data = path.read_bytes()
    async with shelf(store) as alice:
        ticket = alice.ticket(alice.share(await offered(path), BOB))
        path.write_bytes(data[: 3 * MIB] + bytes([data[3 * MIB] ^ 1]) + data[3 * MIB + 1 :])
        async with connected(BOB, ticket) as fetcher:
            with pytest.raises(Refused) as caught:
                await fetch_file(fetcher, ticket, SIZE, tmp_path / "got")
        assert caught.value.status is Status.CHANGED
        assert [each.first_byte for each in alice.seen.sent] == [0, 3 * MIB]


class Film:
    """What an honest node would serve."""

    def __init__(self) -> None:
        self.key = random_key()
        self.parts = [bytes([number]) * MIB for number in range(LEAST_CHUNKS)]
        self.sealed = [
            seal_chunk(part, key=self.key, file_id=bytes(16), index=index, total=LEAST_CHUNKS)
            for index, part in enumerate(self.parts)
        ]
        hashes = tuple(map(hash_of_chunk, self.sealed))
        self.manifest = encode_manifest(BlobManifest(bytes(16), len(self.parts) * MIB, hashes))

    def answer(self, request: BlobRequest) -> list[bytes]:
        return answer_with(self.manifest, *self.sealed[request.first :])


@contextmanager
def meddler(gives: bytes) -> Iterator[int]:
    """Somebody on the wire, who answers in the node's place; the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            with listener.accept()[0] as guest:
                guest.recv(32)
                guest.sendall(gives)

        thread = threading.Thread(target=run)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize("meddling", ["other bytes", "a refusal", "the end", "half", "nobody"])
async def test_whoever_meddles_with_a_lane_only_makes_it_slower(
    tmp_path: Path, meddling: str, monkeypatch: pytest.MonkeyPatch
):
    # On a busy machine too.
    monkeypatch.setattr(lane, "CONNECT_SECONDS", 60.0)
    film = Film()
    ok = bytes([Status.OK])
    gives = {
        "other bytes": ok + film.sealed[0] + ok + bytes(len(film.sealed[1])) + ok,
        "a refusal": bytes([Status.GONE]),
        "the end": b"",
        "half": ok + film.sealed[0] + ok + film.sealed[1][:5000],
        "nobody": b"",
    }[meddling]
    firsts = []
    with meddler(gives) as port:
        if meddling == "nobody":
            socket.create_connection(("127.0.0.1", port)).close()
            port = 9

        def says(request: BlobRequest) -> list[bytes]:
            firsts.append((request.kind.name, request.first))
            if request.kind is RequestKind.LANE:
                return [manifest_frame(film.manifest), ok + LaneOffer(port, bytes(32)).encode()]
            return film.answer(request)

        async with liar(says) as node:
            content = content_id(film.manifest)
            ticket = Ticket(node.id, content, film.key, "file", node.whereabouts().addresses)
            async with connected(BOB, ticket) as fetcher:
                got = await fetch_file(fetcher, ticket, len(film.parts) * MIB, tmp_path / "got")
    assert got.read_bytes() == b"".join(film.parts)
    kept = 1 if meddling in ("other bytes", "half") else 0
    assert firsts == [("LANE", 0), ("GET", kept)]


async def test_a_door_opens_to_the_token_and_to_nothing_else():
    door = open_door(HERE, "127.0.0.1")
    with closing(door):
        entering = asyncio.create_task(door.entered())
        loop = asyncio.get_running_loop()
        for wrong in (bytes(32), b"", door.offer.token[:31]):
            with socket.socket() as stranger:
                stranger.setblocking(False)
                await loop.sock_connect(stranger, ("127.0.0.1", door.offer.port))
                await loop.sock_sendall(stranger, wrong)
                stranger.shutdown(socket.SHUT_WR)
                assert await loop.sock_recv(stranger, 1) == b""
        with await enter([HERE], door.offer) as reader, await entering as node:
            await node.write_all(b"chunk")
            node.close()
            assert await reader.read_exact(5) == b"chunk"
            with pytest.raises(Unreachable, match="too early"):
                await reader.read_exact(1)


async def test_of_two_who_come_at_once_one_is_sent_away():
    door = open_door(HERE, "127.0.0.1")
    with closing(door):
        async with asyncio.timeout(10):
            readers = [await enter([address], door.offer) for address in (HERE, HERE_TOO)]
            with await door.entered() as node:
                node.close()
            for reader in readers:
                with reader, pytest.raises(Unreachable, match="too early"):
                    await reader.read_exact(1)


async def test_a_door_closes_when_nobody_comes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lane, "ENTER_SECONDS", 0.1)
    monkeypatch.setattr(lane, "CONNECT_SECONDS", 0.1)
    door = open_door(HERE, "127.0.0.1")
    with closing(door), pytest.raises(Unreachable, match="nobody"):
        await door.entered()
    with pytest.raises(Unreachable, match="barred"):
        await enter([HERE], door.offer)


@pytest.mark.parametrize("addresses", [[HERE], [HERE_TOO], [HERE_TOO, HERE]], ids=str)
async def test_the_two_sides_may_have_each_other_at_different_addresses(addresses: list[lane.IpAddress]):
    door = open_door(HERE, "127.0.0.1")
    with closing(door):
        entering = asyncio.create_task(door.entered())
        with await enter(addresses, door.offer), await entering:
            pass


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1:7", True),
        ("[::1]:7", True),
        ("192.168.7.7:7", True),
        ("10.0.0.1:7", True),
        ("[fd00::7]:7", True),
        ("169.254.1.1:7", False),
        ("[fe80::7%2]:7", False),
        ("8.8.8.8:7", False),
        ("[2606:4700::7]:7", False),
        ("nonsense", False),
    ],
)
def test_only_a_neighbour_gets_a_lane(address: str, near: bool):
    assert (lane.near(address) is not None) == near
