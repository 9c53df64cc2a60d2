"""blobs.json: manifests of files that a node serves, their content ids, and small files sealed for it."""

from __future__ import annotations

from typing import Any

from kezproto.blobs import (
    BLOB_CHUNK_BYTES,
    MAX_BLOB_BYTES,
    BlobManifest,
    blob_chunk_count,
    content_id,
    encode_manifest,
    hash_of_chunk,
)
from kezproto.stream import seal_chunk
from vector_tables.cast import counting

Case = dict[str, Any]

KEY = bytes.fromhex("b7" * 32)
BLOB_ID = bytes.fromhex("b1" * 16)
MIB = BLOB_CHUNK_BYTES


def build() -> dict[str, Any]:
    return {
        "about": "'manifests': made and read; of a manifest with a bit turned anywhere the content id is another. "
        "'unmade': what no manifest can be made of. 'chunk_counts': how many chunks a file of 'size' bytes has, and "
        "how many bytes its last sealed chunk. 'files': the content is 0, 1, … 250, over and over.",
        "manifests": _manifests(),
        "refused": _refused(),
        "unmade": _unmade(),
        "chunk_counts": [
            {"size": size, "chunks": blob_chunk_count(size), "last_sealed_bytes": _last(size)}
            for size in (0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 5_000_000_000, MAX_BLOB_BYTES)
        ],
        "files": [_file("empty", 0), _file("a byte", 1), _file("a byte more than a chunk", MIB + 1)],
    }


def hashes(count: int) -> tuple[bytes, ...]:
    """Hashes that no chunk has."""
    return tuple(bytes([number]) * 32 for number in range(1, count + 1))


def _manifests() -> list[Case]:
    sizes = [
        ("an empty file", 0, 1),
        ("one byte", 1, 1),
        ("exactly one chunk", MIB, 1),
        ("a byte more", MIB + 1, 2),
        ("exactly three chunks", 3 * MIB, 3),
        ("five chunks, the last a part", 4 * MIB + 4711, 5),
    ]
    cases = []
    for name, size, count in sizes:
        encoded = encode_manifest(BlobManifest(BLOB_ID, size, hashes(count)))
        cases.append(
            {
                "name": name,
                "blob_id_hex": BLOB_ID.hex(),
                "size": size,
                "hashes_hex": [each.hex() for each in hashes(count)],
                "manifest_hex": encoded.hex(),
                "content_id": content_id(encoded),
            }
        )
    return cases


def _raw(size: int, chunks: int, count: int) -> bytes:
    return b"\x01" + BLOB_ID + size.to_bytes(8, "big") + chunks.to_bytes(4, "big") + b"".join(hashes(count))


def _refused() -> list[Case]:
    valid = _raw(MIB + 1, 2, 2)
    cases = [
        ("nothing", b""),
        ("only a version", valid[:1]),
        ("version 0", b"\x00" + valid[1:]),
        ("version 2", b"\x02" + valid[1:]),
        ("cut short in its id", valid[:9]),
        ("cut short in its size", valid[:20]),
        ("cut short in its number of chunks", _raw(0, 1, 1)[:28]),
        ("only a header", valid[:29]),
        ("cut short by a byte", valid[:-1]),
        ("cut short by a hash", valid[:-32]),
        ("a byte more", valid + b"\x00"),
        ("a hash more", valid + bytes(32)),
        ("a chunk too few", _raw(MIB + 1, 1, 1)),
        ("a chunk too many", _raw(MIB + 1, 3, 3)),
        ("an empty file without its chunk", _raw(0, 0, 0)),
        ("an empty file of two chunks", _raw(0, 2, 2)),
        ("an exact multiple with a chunk of nothing", _raw(2 * MIB, 3, 3)),
        ("a number of chunks that its length does not bear out", _raw(3 * MIB, 3, 2)),
        ("a little-endian size", valid[:17] + valid[24:16:-1] + valid[25:]),
        ("a little-endian number of chunks", valid[:25] + valid[28:24:-1] + valid[29:]),
        ("a size beyond the largest", _raw(MAX_BLOB_BYTES + 1, 2**20 + 1, 2)),
        ("a size of 64 ones", _raw(2**64 - 1, 2**32 - 1, 2)),
        ("a size whose number of chunks has more than 32 bits", _raw(2**52 + 1, 1, 1)),
    ]
    return [{"name": name, "manifest_hex": data.hex(), "error": "malformed"} for name, data in cases]


def _unmade() -> list[Case]:
    good = {"blob_id_hex": BLOB_ID.hex(), "size": 1, "hashes_hex": [hashes(1)[0].hex()]}
    changes: list[tuple[str, Case]] = [
        ("id cut short", {"blob_id_hex": BLOB_ID[:15].hex()}),
        ("id longer", {"blob_id_hex": BLOB_ID.hex() + "b1"}),
        ("a hash cut short", {"hashes_hex": ["01" * 31]}),
        ("a hash longer", {"hashes_hex": ["01" * 33]}),
        ("no hashes", {"hashes_hex": []}),
        ("a hash too many", {"hashes_hex": ["01" * 32, "02" * 32]}),
        ("size negative", {"size": -1}),
        ("size of two chunks", {"size": MIB + 1}),
        ("size beyond the largest", {"size": MAX_BLOB_BYTES + 1}),
    ]
    return [{"name": name, **good, **change, "error": "malformed"} for name, change in changes]


def _last(size: int) -> int:
    return size - (blob_chunk_count(size) - 1) * MIB + 16


def _file(name: str, size: int) -> Case:
    data = counting(size)
    total = blob_chunk_count(size)
    found = tuple(
        hash_of_chunk(
            seal_chunk(
                data[index * MIB : (index + 1) * MIB], key=KEY, file_id=BLOB_ID, index=index, total=total
            )
        )
        for index in range(total)
    )
    return {
        "name": name,
        "key_hex": KEY.hex(),
        "blob_id_hex": BLOB_ID.hex(),
        "size": size,
        "hashes_hex": [each.hex() for each in found],
        "content_id": content_id(encode_manifest(BlobManifest(BLOB_ID, size, found))),
    }
