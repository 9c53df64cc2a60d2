"""file_chunks.json: sealed chunks, the frames in which they travel, tokens, and whole files by their digests."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from kezproto.digests import digest_of, digest_of_parts
from kezproto.file_announcement import chunk_count
from kezproto.file_chunks import (
    access_digest,
    access_token,
    chunk_frame,
    sealed_chunk_size,
    sealed_chunks,
    sealed_size,
)
from kezproto.payloads import CHUNK_BYTES, MAX_ATTACHMENT_BYTES, MAX_CHUNKS
from kezproto.stream import seal_chunk
from vector_tables.cast import counting, flipped

Case = dict[str, Any]

KEY = bytes.fromhex("4e" * 32)
OTHER_KEY = bytes.fromhex("4f" * 32)
FILE_ID = "f1" * 16
OTHER_ID = "f2" * 16
TEXT = b"the end of it"


def build() -> dict[str, Any]:
    return {
        "about": "'sealed': the STREAM construction; here chunks may have any size, and each single bit that is turned "
        "must be found out. 'not_opened' and 'impossible': refused in opening (the latter in sealing too). 'frames': "
        "made and read. 'refused_frames': 'frame_hex' followed by so many 'zeros'. 'full_chunks' and 'files': the "
        "content is 0, 1, … 250, over and over.",
        "sealed": _sealed(),
        "not_opened": _not_opened(),
        "impossible": _impossible(),
        "frames": _frames(),
        "refused_frames": _refused_frames(),
        "unframed": _unframed(),
        "full_chunks": [_full_chunk(0, 3), _full_chunk(1, 3), _full_chunk(2, 3)],
        "tokens": [_token(key) for key in (KEY, OTHER_KEY, bytes(32))],
        "sizes": [_sizes(size) for size in (1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 200_000)]
        + [_sizes(MAX_ATTACHMENT_BYTES)],
        "refused_sizes": [{"size": size, "error": "malformed"} for size in (0, -1, MAX_ATTACHMENT_BYTES + 1)],
        "files": [
            _file("one byte", 1),
            _file("exactly one chunk", CHUNK_BYTES),
            _file("a byte more than one chunk", CHUNK_BYTES + 1),
            _file("three chunks", 200_000),
        ],
    }


def _place(index: int, total: int, *, key: bytes = KEY, file_id: str = FILE_ID) -> Case:
    return {"key_hex": key.hex(), "file_id_hex": file_id, "index": index, "total": total}


def _seal(plaintext: bytes, index: int, total: int, *, key: bytes = KEY, file_id: str = FILE_ID) -> bytes:
    return seal_chunk(plaintext, key=key, file_id=bytes.fromhex(file_id), index=index, total=total)


def _sealed() -> list[Case]:
    places = [
        ("the only chunk", TEXT, 0, 1),
        ("the first of three", b"first", 0, 3),
        ("the second of three", b"second", 1, 3),
        ("the last of three", TEXT, 2, 3),
        ("the last of as many as an attachment may have", b"\x00", 127, 128),
        ("the last of as many as there can be", b"far", 2**32 - 2, 2**32 - 1),
        ("a chunk of nothing", b"", 0, 1),
    ]
    return [
        {
            "name": name,
            **_place(index, total),
            "plaintext_hex": plaintext.hex(),
            "sealed_hex": _seal(plaintext, index, total).hex(),
        }
        for name, plaintext, index, total in places
    ]


def _not_opened() -> list[Case]:
    """Of the last of three, `TEXT`, but for what the name says."""
    sealed = _seal(TEXT, 2, 3)
    bound = bytes.fromhex(FILE_ID) + (3).to_bytes(4, "big")
    cases = [
        ("the first bit turned", flipped(sealed, 0), _place(2, 3)),
        ("a bit of the tag turned", flipped(sealed, -1), _place(2, 3)),
        ("cut short", sealed[:-1], _place(2, 3)),
        ("its first byte cut off", sealed[1:], _place(2, 3)),
        ("a byte more", sealed + b"\x00", _place(2, 3)),
        ("nothing", b"", _place(2, 3)),
        ("less than a tag", sealed[-15:], _place(2, 3)),
        ("only a tag", sealed[-16:], _place(2, 3)),
        ("not sealed at all", TEXT, _place(2, 3)),
        ("at another index", sealed, _place(1, 3)),
        ("of another total", sealed, _place(2, 4)),
        ("as the last of another total", sealed, _place(3, 4)),
        ("under another key", sealed, _place(2, 3, key=OTHER_KEY)),
        ("in another file", sealed, _place(2, 3, file_id=OTHER_ID)),
        ("sealed without the mark of the last", _raw(_nonce(2, b"\x00"), bound), _place(2, 3)),
        ("sealed with another mark of the last", _raw(_nonce(2, b"\xff"), bound), _place(2, 3)),
        ("one in the middle sealed with the mark of the last", _raw(_nonce(1, b"\x01"), bound), _place(1, 3)),
        ("sealed without additional data", _raw(_nonce(2, b"\x01"), b""), _place(2, 3)),
        ("sealed without the number of chunks", _raw(_nonce(2, b"\x01"), bound[:16]), _place(2, 3)),
        (
            "sealed with a little-endian number of chunks",
            _raw(_nonce(2, b"\x01"), bound[:16] + bound[:15:-1]),
            _place(2, 3),
        ),
        (
            "sealed with a little-endian index",
            _raw(bytes(7) + (2).to_bytes(4, "little") + b"\x01", bound),
            _place(2, 3),
        ),
        ("sealed with a nonce that ends in its zeros", _raw(_nonce(2, b"\x01")[::-1], bound), _place(2, 3)),
    ]
    return [
        {"name": name, **place, "sealed_hex": data.hex(), "error": "cannot_decrypt"}
        for name, data, place in cases
    ]


def _nonce(index: int, mark: bytes) -> bytes:
    return bytes(7) + index.to_bytes(4, "big") + mark


def _raw(nonce: bytes, bound: bytes) -> bytes:
    return ChaCha20Poly1305(KEY).encrypt(nonce, TEXT, bound)


def _impossible() -> list[Case]:
    sealed = _seal(TEXT, 2, 3).hex()
    places = [
        ("index as large as total", _place(3, 3)),
        ("index beyond total", _place(4, 3)),
        ("index negative", _place(-1, 3)),
        ("no chunks at all", _place(0, 0)),
        ("total negative", _place(-2, -1)),
        ("total of 33 bits", _place(2, 2**32)),
        ("key cut short", _place(2, 3, key=KEY[:31])),
        ("key longer", _place(2, 3, key=KEY + b"\x4e")),
        ("id cut short", _place(2, 3, file_id=FILE_ID[:-2])),
        ("id longer", _place(2, 3, file_id=FILE_ID + "f1")),
        ("no id", _place(2, 3, file_id="")),
    ]
    return [{"name": name, **place, "sealed_hex": sealed, "error": "malformed"} for name, place in places]


def _frames() -> list[Case]:
    return [
        {
            "name": name,
            "file_id": FILE_ID,
            "index": index,
            "total": total,
            "sealed_hex": sealed.hex(),
            "frame_hex": chunk_frame(FILE_ID, index, total, sealed).hex(),
        }
        for name, index, total, sealed in [
            ("the only chunk", 0, 1, _seal(TEXT, 0, 1)),
            ("the last of three", 2, 3, _seal(TEXT, 2, 3)),
            ("one byte, the last of 128", 127, 128, _seal(b"\x00", 127, 128)),
        ]
    ]


def _refused_frames() -> list[Case]:
    sealed = _seal(TEXT, 2, 3)
    frame = chunk_frame(FILE_ID, 2, 3, sealed)

    def placed(index: int, total: int) -> bytes:
        return frame[:17] + index.to_bytes(4, "big") + total.to_bytes(4, "big") + sealed

    missing = CHUNK_BYTES - len(TEXT)
    cases: list[tuple[str, bytes, int]] = [
        ("nothing", b"", 0),
        ("only a version", frame[:1], 0),
        ("version 0", b"\x00" + frame[1:], 0),
        ("version 2", b"\x02" + frame[1:], 0),
        ("an envelope's first bytes", b"\x02", 48),
        ("cut short in its id", frame[:16], 0),
        ("cut short in its index", frame[:19], 0),
        ("cut short in its total", frame[:24], 0),
        ("only a header", frame[:25], 0),
        ("less than a tag", frame[:40], 0),
        ("only a tag", frame[:25] + sealed[-16:], 0),
        ("index as large as total", placed(3, 3), 0),
        ("index beyond total", placed(4, 3), 0),
        ("index of 32 ones", placed(2**32 - 1, 3), 0),
        ("no chunks at all", placed(0, 0), 0),
        ("more chunks than a file may have", placed(MAX_CHUNKS, MAX_CHUNKS + 1), 0),
        ("total of 32 ones", placed(2**32 - 2, 2**32 - 1), 0),
        ("a little-endian total", frame[:21] + frame[24:20:-1] + sealed, 0),
        ("a short chunk that is not the last", placed(1, 3), 0),
        ("a chunk that is not the last, a byte too short", placed(1, 3), missing - 1),
        ("a chunk that is not the last, a byte too long", placed(1, 3), missing + 1),
        ("a last chunk a byte too long", frame, missing + 1),
    ]
    return [
        {"name": name, "frame_hex": data.hex(), "zeros": zeros, "error": "malformed"}
        for name, data, zeros in cases
    ]


def _unframed() -> list[Case]:
    """What no frame can be made of."""
    sealed = _seal(TEXT, 2, 3)
    cases: list[tuple[str, str, int, int, bytes]] = [
        ("index as large as total", FILE_ID, 3, 3, sealed),
        ("index negative", FILE_ID, -1, 3, sealed),
        ("total too large", FILE_ID, 128, 129, sealed),
        ("total of 33 bits", FILE_ID, 2**32, 2**32 + 1, sealed),
        ("only a tag", FILE_ID, 2, 3, sealed[-16:]),
        ("a short chunk that is not the last", FILE_ID, 1, 3, sealed),
        ("id in upper case", FILE_ID.upper(), 2, 3, sealed),
        ("id cut short", FILE_ID[:-1], 2, 3, sealed),
        ("id longer", FILE_ID + "f1", 2, 3, sealed),
        ("id with a space", FILE_ID[:-1] + " ", 2, 3, sealed),
        ("id with a line break", FILE_ID + "\n", 2, 3, sealed),
        ("no id", "", 2, 3, sealed),
    ]
    return [
        {
            "name": name,
            "file_id": file_id,
            "index": index,
            "total": total,
            "sealed_hex": data.hex(),
            "error": "malformed",
        }
        for name, file_id, index, total, data in cases
    ]


def _full_chunk(index: int, total: int) -> Case:
    """One that is not the last has exactly this size; its bytes would make the file large."""
    sealed = _seal(counting(CHUNK_BYTES), index, total)
    frame = chunk_frame(FILE_ID, index, total, sealed)
    return {
        **_place(index, total),
        "plaintext_bytes": CHUNK_BYTES,
        "sealed_digest": digest_of(sealed),
        "frame_bytes": len(frame),
        "frame_digest": digest_of(frame),
    }


def _token(key: bytes) -> Case:
    token = access_token(key)
    return {"file_key_hex": key.hex(), "token_hex": token.hex(), "access": access_digest(token)}


def _sizes(size: int) -> Case:
    total = chunk_count(size)
    return {
        "size": size,
        "chunks": total,
        "sealed_bytes": sealed_size(size),
        "first_sealed_bytes": sealed_chunk_size(size, 0),
        "last_sealed_bytes": sealed_chunk_size(size, total - 1),
    }


def _file(name: str, size: int) -> Case:
    data = counting(size)
    return {
        "name": name,
        "file_key_hex": KEY.hex(),
        "file_id": FILE_ID,
        "size": size,
        "plain_digest": digest_of(data),
        "digest": digest_of_parts(sealed_chunks(data, file_key=KEY, file_id=FILE_ID)),
    }
