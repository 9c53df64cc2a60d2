"""Sealed chunks, their frames and tokens, against the vectors; and limits that vectors cannot hold."""

import pytest

from kezproto.digests import digest_of, digest_of_parts
from kezproto.errors import CannotDecrypt, Malformed, ProtocolError
from kezproto.file_announcement import chunk_count
from kezproto.file_chunks import (
    CHUNK_HEADER_BYTES,
    MAX_CHUNK_FRAME_BYTES,
    ChunkFrame,
    access_digest,
    access_token,
    chunk_frame,
    open_file_chunk,
    parse_chunk_frame,
    seal_file_chunk,
    sealed_chunk_size,
    sealed_chunks,
    sealed_size,
    token_fits,
)
from kezproto.payloads import CHUNK_BYTES, MAX_ATTACHMENT_BYTES, MAX_CHUNKS
from kezproto.stream import open_chunk, seal_chunk
from kezproto.tests.vectors import counting, load, params

VECTORS = load("file_chunks.json")
KEY, FILE_ID = b"\x4e" * 32, "f1" * 16


def place(case):
    return {
        "key": bytes.fromhex(case["key_hex"]),
        "file_id": bytes.fromhex(case["file_id_hex"]),
        "index": case["index"],
        "total": case["total"],
    }


def in_file(case):
    return {
        "file_key": bytes.fromhex(case["key_hex"]),
        "file_id": case["file_id_hex"],
        "index": case["index"],
        "total": case["total"],
    }


@pytest.mark.parametrize("case", params(VECTORS["sealed"]))
def test_sealed(case):
    plaintext, sealed = bytes.fromhex(case["plaintext_hex"]), bytes.fromhex(case["sealed_hex"])
    assert seal_chunk(plaintext, **place(case)) == sealed
    assert open_chunk(sealed, **place(case)) == plaintext
    for bit in range(len(sealed) * 8):
        turned = bytearray(sealed)
        turned[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CannotDecrypt):
            open_chunk(bytes(turned), **place(case))


@pytest.mark.parametrize("case", params(VECTORS["not_opened"]))
def test_not_opened(case):
    sealed = bytes.fromhex(case["sealed_hex"])
    for opening in (
        lambda: open_chunk(sealed, **place(case)),
        lambda: open_file_chunk(sealed, **in_file(case)),
    ):
        with pytest.raises(ProtocolError) as caught:
            opening()
        assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", params(VECTORS["impossible"]))
def test_impossible_places(case):
    for act in (open_chunk, seal_chunk):
        with pytest.raises(ProtocolError) as caught:
            act(bytes.fromhex(case["sealed_hex"]), **place(case))
        assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", params(VECTORS["frames"]))
def test_frames(case):
    sealed, frame = bytes.fromhex(case["sealed_hex"]), bytes.fromhex(case["frame_hex"])
    assert chunk_frame(case["file_id"], case["index"], case["total"], sealed) == frame
    assert parse_chunk_frame(frame) == ChunkFrame(case["file_id"], case["index"], case["total"], sealed)


@pytest.mark.parametrize("case", params(VECTORS["refused_frames"]))
def test_refused_frames(case):
    with pytest.raises(ProtocolError) as caught:
        parse_chunk_frame(bytes.fromhex(case["frame_hex"]) + bytes(case["zeros"]))
    assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", params(VECTORS["unframed"]))
def test_unframed(case):
    with pytest.raises(ProtocolError) as caught:
        chunk_frame(case["file_id"], case["index"], case["total"], bytes.fromhex(case["sealed_hex"]))
    assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", VECTORS["full_chunks"], ids=lambda case: str(case["index"]))
def test_full_chunks(case):
    sealed = seal_file_chunk(counting(case["plaintext_bytes"]), **in_file(case))
    frame = chunk_frame(case["file_id_hex"], case["index"], case["total"], sealed)
    assert digest_of(sealed) == case["sealed_digest"]
    assert (len(frame), digest_of(frame)) == (case["frame_bytes"], case["frame_digest"])
    assert len(frame) == MAX_CHUNK_FRAME_BYTES
    assert parse_chunk_frame(frame).sealed == sealed


@pytest.mark.parametrize("case", params(VECTORS["tokens"], "file_key_hex"))
def test_tokens(case):
    token = access_token(bytes.fromhex(case["file_key_hex"]))
    assert (token.hex(), access_digest(token)) == (case["token_hex"], case["access"])
    assert token_fits(token, case["access"])
    for wrong in (b"", token[:-1], token + b"\x00", bytes(32), bytes.fromhex(case["file_key_hex"])):
        assert not token_fits(wrong, case["access"])
    with pytest.raises(Malformed):
        access_token(bytes.fromhex(case["file_key_hex"])[1:])


@pytest.mark.parametrize("case", VECTORS["sizes"], ids=lambda case: str(case["size"]))
def test_sizes(case):
    size = case["size"]
    assert (chunk_count(size), sealed_size(size)) == (case["chunks"], case["sealed_bytes"])
    each = [sealed_chunk_size(size, index) for index in range(case["chunks"])]
    assert sum(each) == sealed_size(size)
    assert (each[0], each[-1]) == (case["first_sealed_bytes"], case["last_sealed_bytes"])
    for index in (-1, case["chunks"]):
        with pytest.raises(Malformed):
            sealed_chunk_size(size, index)


@pytest.mark.parametrize("case", VECTORS["refused_sizes"], ids=lambda case: str(case["size"]))
def test_refused_sizes(case):
    for act in (lambda: sealed_size(case["size"]), lambda: sealed_chunk_size(case["size"], 0)):
        with pytest.raises(ProtocolError) as caught:
            act()
        assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", params(VECTORS["files"]))
def test_whole_files(case):
    data, file_key = counting(case["size"]), bytes.fromhex(case["file_key_hex"])
    assert digest_of(data) == case["plain_digest"]
    sealed = list(sealed_chunks(data, file_key=file_key, file_id=case["file_id"]))
    assert digest_of_parts(sealed) == case["digest"]
    total = len(sealed)
    opened = [
        open_file_chunk(each, file_key=file_key, file_id=case["file_id"], index=index, total=total)
        for index, each in enumerate(sealed)
    ]
    assert b"".join(opened) == data


def test_the_largest_file_fits_and_nothing_larger():
    sealed = list(sealed_chunks(bytes(MAX_ATTACHMENT_BYTES), file_key=KEY, file_id=FILE_ID))
    assert len(sealed) == MAX_CHUNKS
    assert sum(map(len, sealed)) == sealed_size(MAX_ATTACHMENT_BYTES)
    assert len(chunk_frame(FILE_ID, 127, 128, sealed[-1])) == MAX_CHUNK_FRAME_BYTES
    for size in (0, MAX_ATTACHMENT_BYTES + 1):
        with pytest.raises(Malformed):
            next(sealed_chunks(bytes(size), file_key=KEY, file_id=FILE_ID))


@pytest.mark.parametrize(
    ("size", "index", "total"), [(0, 0, 1), (CHUNK_BYTES + 1, 0, 1), (7, 0, 2), (7, 2, 2)]
)
def test_a_chunk_of_an_attachment_has_its_size(size, index, total):
    with pytest.raises(Malformed):
        seal_file_chunk(bytes(size), file_key=KEY, file_id=FILE_ID, index=index, total=total)


def test_a_frame_tells_nothing_of_the_file():
    sealed = seal_file_chunk(b"plaintext" * 9, file_key=KEY, file_id=FILE_ID, index=0, total=1)
    frame = chunk_frame(FILE_ID, 0, 1, sealed)
    assert b"plaintext" not in frame
    assert KEY not in frame
    assert len(frame) == CHUNK_HEADER_BYTES + 81 + 16
