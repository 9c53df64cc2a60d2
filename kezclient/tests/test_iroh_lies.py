"""Nodes that lie about a file are caught at the first wrong chunk, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from kezclient.iroh.faults import Lied, Unreachable
from kezclient.iroh.fetching import Wanted
from kezclient.iroh.watching import Patience
from kezclient.store.store import Store
from kezclient.tests.iroh_peers import (
    BOB,
    answer_with,
    connected,
    fetch_file,
    film,
    found,
    liar,
    offered,
    random_key,
    shelf,
)
from kezproto.blobs import BLOB_CHUNK_BYTES, BlobManifest, content_id, encode_manifest, hash_of_chunk
from kezproto.stream import seal_chunk
from kezproto.tickets import Ticket

MIB = BLOB_CHUNK_BYTES


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
