"""The pure parts: bits, ranges, tokens, and whether chunks are a file."""

import pytest

from files import bitmap
from files.access import bearer_token
from files.assembly import NotTheFile, sealed_bytes
from files.chunk_stream import by_upload
from files.errors import RangeNotSatisfiable, TokenMissing
from files.models import Attachment
from files.ranges import parse_range
from files.tests.cast import SentFile, some_bytes
from kezproto.file_chunks import chunk_frame
from registry.tests.cast import ALICE, BOB


@pytest.mark.parametrize("indices", [[], [0], [127], [0, 5, 64, 127], list(range(128))])
def test_bits(indices):
    bits = bitmap.bits_of(indices)
    assert list(bitmap.indices_of(bits)) == indices
    assert bitmap.from_text(bitmap.to_text(bits)) == bits
    assert len(bitmap.to_text(bits)) == 32
    assert bitmap.missing_indices(bits, 128) == [index for index in range(128) if index not in indices]


def test_bits_beyond_the_end_are_not_missing():
    assert bitmap.missing_indices(bitmap.bits_of([0, 7]), 2) == [1]
    assert bitmap.all_bits(3) == 0b111


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", None),
        ("bytes=0-", (0, 99)),
        ("bytes=0-0", (0, 0)),
        ("bytes=10-19", (10, 19)),
        ("bytes=90-200", (90, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-1000", (0, 99)),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=0-x", None),
    ],
)
def test_ranges(header, found):
    part = parse_range(header, length=100)
    assert (part and (part.first, part.last)) == found


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_ranges_without_a_byte(header):
    with pytest.raises(RangeNotSatisfiable) as refusal:
        parse_range(header, length=100)
    assert refusal.value.headers == {"Content-Range": "bytes */100"}


def test_the_token_of_a_header():
    assert bearer_token(f"Bearer {'ab' * 32}") == b"\xab" * 32
    assert bearer_token(f"bearer  {'ab' * 32} ") == b"\xab" * 32


@pytest.mark.parametrize(
    "header", ["", "Bearer", "ab" * 32, f"Bearer {'ab' * 31}", f"Bearer {'AB' * 32}", f"Basic {'ab' * 32}"]
)
def test_headers_without_a_token(header):
    with pytest.raises(TokenMissing):
        bearer_token(header)


def expected(sent: SentFile, **changes: object) -> Attachment:
    fields = {"size": len(sent.data), "chunks": sent.chunks, "digest": sent.digest, "file_id": sent.file_id}
    return Attachment(**{**fields, **changes})


def frames(sent: SentFile) -> list[bytes]:
    return [sent.frame(index) for index in range(sent.chunks)]


def test_chunks_are_the_file():
    sent = SentFile(ALICE, some_bytes(3))
    assert sealed_bytes(expected(sent), frames(sent)) == sent.content


def test_chunks_of_another_digest():
    sent = SentFile(ALICE, some_bytes(3))
    with pytest.raises(NotTheFile, match="digest_mismatch"):
        sealed_bytes(expected(sent, digest="blake3:" + "0" * 64), frames(sent))


SENT = SentFile(ALICE, some_bytes(3))
OTHER = SentFile(ALICE, some_bytes(3))
BAD = {
    "no chunk": [b"hello", *frames(SENT)[1:]],
    "two swapped": [frames(SENT)[1], frames(SENT)[0], frames(SENT)[2]],
    "one doubled": [frames(SENT)[0], frames(SENT)[0], frames(SENT)[2]],
    "one of another file": [frames(OTHER)[0], *frames(SENT)[1:]],
    "another total": [chunk_frame(SENT.file_id, 0, 4, SENT.sealed[0]), *frames(SENT)[1:]],
    "cut short": [*frames(SENT)[:2], frames(SENT)[2][:-1]],
    "longer": [*frames(SENT)[:2], frames(SENT)[2] + b"x"],
}


@pytest.mark.parametrize("chunks", BAD.values(), ids=BAD)
def test_what_are_not_the_chunks(chunks):
    with pytest.raises(NotTheFile, match="bad_chunk"):
        sealed_bytes(expected(SENT), chunks)


def test_subjects_become_bits():
    mine, theirs = SENT.upload, SentFile(BOB, b"x", file_id=SENT.file_id).upload
    subjects = [mine.subject(0), mine.subject(2), theirs.subject(127), mine.subject(2)]
    foreign = ["kez.files.x.y.z", f"kez.files.{ALICE.primary.hex}.{SENT.file_id}.128", mine.subject(0) + "0"]
    assert by_upload([*subjects, *foreign]) == ({mine: 0b101, theirs: 1 << 127}, foreign)
