"""Files: what is sealed opens again, a turned bit is noticed, and each parser gives a value or a typed error."""

import base64

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from kezproto import bodies, subjects
from kezproto.blobs import BLOB_CHUNK_BYTES, BlobManifest, blob_chunk_count, encode_manifest, parse_manifest
from kezproto.canonical import canonical_bytes
from kezproto.digests import digest_of, digest_of_parts
from kezproto.errors import BadSubject, CannotDecrypt, CannotOpen, Malformed, ProtocolError
from kezproto.file_chunks import (
    chunk_frame,
    open_file_chunk,
    parse_chunk_frame,
    sealed_chunk_size,
    sealed_chunks,
    sealed_size,
)
from kezproto.keys import SigningKey
from kezproto.shared_entries import (
    SharedEntry,
    open_shared_entry,
    parse_shared_entry,
    seal_shared_entry,
    shared_entry_document,
)
from kezproto.stream import TAG_BYTES, open_chunk, open_chunk_into, seal_chunk, seal_chunk_into
from kezproto.tests.cast import ALICE, BOB, NOW
from kezproto.tests.strategies import any_text, anything, plain, property_test, seeds
from kezproto.tests.vectors import counting, load
from kezproto.tickets import TICKET_PREFIX, Ticket, parse_ticket

ids = st.binary(min_size=16, max_size=16)
file_ids = ids.map(bytes.hex)
places = st.integers(1, 2**32 - 1).flatmap(lambda total: st.tuples(st.integers(0, total - 1), st.just(total)))
changes = st.tuples(st.integers(0, 10**6), st.integers(0, 7))
"""A byte, counted over and over, and a bit of it."""


def turned(data: bytes, change: tuple[int, int]) -> bytes:
    place = change[0] % len(data)
    return data[:place] + bytes([data[place] ^ 1 << change[1]]) + data[place + 1 :]


@property_test(st.binary(max_size=3000), seeds, ids, places, changes, max_examples=200)
def test_a_chunk_opens_to_what_was_sealed_and_no_bit_may_turn(data, key, file_id, place, change):
    at = {"key": key, "file_id": file_id, "index": place[0], "total": place[1]}
    sealed = seal_chunk(data, **at)
    assert open_chunk(sealed, **at) == data
    with pytest.raises(CannotDecrypt):
        open_chunk(turned(sealed, change), **at)


@property_test(st.binary(max_size=3000), seeds, ids, places, changes)
def test_in_memory_that_is_there_it_is_the_same(data, key, file_id, place, change):
    at = {"key": key, "file_id": file_id, "index": place[0], "total": place[1]}
    sealed, plain = memoryview(bytearray(len(data) + TAG_BYTES)), memoryview(bytearray(len(data)))
    seal_chunk_into(sealed, memoryview(data), **at)
    assert sealed == seal_chunk(data, **at)
    open_chunk_into(plain, sealed, **at)
    assert plain == data
    with pytest.raises(CannotDecrypt):
        open_chunk_into(plain, memoryview(turned(bytes(sealed), change)), **at)


@property_test(ids, seeds, places, places)
def test_a_chunk_opens_at_its_own_place_only(file_id, key, place, other):
    assume(place != other)
    sealed = seal_chunk(b"data", key=key, file_id=file_id, index=place[0], total=place[1])
    with pytest.raises(CannotDecrypt):
        open_chunk(sealed, key=key, file_id=file_id, index=other[0], total=other[1])


@property_test(st.binary(max_size=60), seeds, ids, places)
def test_any_bytes_as_a_sealed_chunk(data, key, file_id, place):
    with pytest.raises(CannotDecrypt):
        open_chunk(data, key=key, file_id=file_id, index=place[0], total=place[1])


@property_test(st.integers(1, 300_000), seeds, file_ids, max_examples=20)
def test_a_file_of_any_size_comes_out_whole(size, file_key, file_id):
    data = counting(size)
    sealed = list(sealed_chunks(data, file_key=file_key, file_id=file_id))
    total = len(sealed)
    opened = b""
    for index, chunk in enumerate(sealed):
        assert len(chunk) == sealed_chunk_size(size, index)
        travelled = parse_chunk_frame(chunk_frame(file_id, index, total, chunk))
        assert (travelled.file_id, travelled.index, travelled.total) == (file_id, index, total)
        opened += open_file_chunk(
            travelled.sealed, file_key=file_key, file_id=file_id, index=index, total=total
        )
    assert opened == data
    assert sum(map(len, sealed)) == sealed_size(size)


FRAME = chunk_frame("f1" * 16, 2, 3, seal_chunk(b"end", key=bytes(32), file_id=bytes(16), index=2, total=3))


@property_test(
    st.binary(max_size=60)
    | st.binary(max_size=60).map(lambda data: b"\x01" + data)
    | changes.map(lambda change: turned(FRAME, change))
    | st.integers(0, len(FRAME)).map(lambda end: FRAME[:end]),
    max_examples=200,
)
def test_any_bytes_as_a_frame(data):
    try:
        found = parse_chunk_frame(data)
    except Malformed:
        return
    assert chunk_frame(found.file_id, found.index, found.total, found.sealed) == data


@property_test(any_text | file_ids, st.integers(), st.integers(), st.binary(max_size=40))
def test_any_parts_of_a_frame(file_id, index, total, sealed):
    try:
        frame = chunk_frame(file_id, index, total, sealed)
    except Malformed:
        return
    assert parse_chunk_frame(frame).sealed == sealed


@property_test(seeds, file_ids, st.integers(0, 127))
def test_chunk_subject_round_trip(seed, file_id, index):
    primary = SigningKey(seed).primary
    subject = subjects.chunk_subject(primary, file_id, index)
    assert subjects.parse_chunk_subject(subject) == (primary, file_id, index)


@property_test(
    any_text | st.from_regex(rf"kez\.files\.{ALICE.primary.hex}\.[0-9a-f]{{31,33}}\.[0-9٣.*-]{{0,4}}")
)
def test_any_text_as_a_chunk_subject(text):
    try:
        primary, file_id, index = subjects.parse_chunk_subject(text)
    except BadSubject:
        return
    assert subjects.chunk_subject(primary, file_id, index) == text


@property_test(ids, st.integers(0, 5 * BLOB_CHUNK_BYTES), st.data())
def test_manifest_round_trip(blob_id, size, data):
    chunks = blob_chunk_count(size)
    hashes = data.draw(st.lists(seeds, min_size=chunks, max_size=chunks))
    manifest = BlobManifest(blob_id, size, tuple(hashes))
    assert parse_manifest(encode_manifest(manifest)) == manifest


MANIFEST = encode_manifest(BlobManifest(bytes(16), BLOB_CHUNK_BYTES + 1, (bytes(32), bytes(32))))


@property_test(
    st.binary(max_size=100)
    | st.binary(max_size=100).map(lambda data: b"\x01" + data)
    | changes.map(lambda change: turned(MANIFEST, change))
    | st.integers(0, len(MANIFEST)).map(lambda end: MANIFEST[:end]),
    max_examples=200,
)
def test_any_bytes_as_a_manifest(data):
    try:
        manifest = parse_manifest(data)
    except Malformed:
        return
    assert encode_manifest(manifest) == data


@property_test(st.binary(max_size=20), st.integers(), st.lists(st.binary(max_size=33), max_size=3))
def test_any_parts_of_a_manifest(blob_id, size, hashes):
    try:
        encoded = encode_manifest(BlobManifest(blob_id, size, tuple(hashes)))
    except Malformed:
        return
    assert parse_manifest(encoded).size == size


addresses = st.from_regex(
    r"[0-9]{1,3}(\.[0-9]{1,3}){3}:[0-9]{1,5}|\[[0-9a-f:]{2,39}\]:[0-9]{1,5}", fullmatch=True
)


@property_test(
    seeds, seeds, seeds, st.sampled_from(["file", "folder"]), st.lists(addresses, max_size=16, unique=True)
)
def test_ticket_round_trip(seed, content, key, kind, where):
    ticket = Ticket(SigningKey(seed).primary, f"blake3:{content.hex()}", key, kind, tuple(where))
    assert parse_ticket(ticket.encode()) == ticket


TICKET = Ticket(ALICE.primary, "blake3:" + "c0" * 32, bytes(32), relay="https://relay.kez.lat").encode()
TICKET_DOCUMENT = {
    "node": ALICE.primary.hex,
    "addresses": ["192.0.2.7:4433"],
    "relay": None,
    "content": "blake3:" + "c0" * 32,
    "key": "b7" * 32,
    "kind": "file",
}


def written(document: object) -> str:
    try:
        data = canonical_bytes(document)
    except Malformed:
        data = b"not plain"
    return TICKET_PREFIX + base64.urlsafe_b64encode(data).decode().rstrip("=")


@property_test(
    any_text
    | any_text.map(lambda text: TICKET_PREFIX + text)
    | st.integers(0, len(TICKET)).map(lambda end: TICKET[:end] + "A" + TICKET[end + 1 :])
    | plain.map(written)
    | st.tuples(st.sampled_from([*TICKET_DOCUMENT, "note"]), anything).map(
        lambda change: written({**TICKET_DOCUMENT, change[0]: change[1]})
    ),
    max_examples=200,
)
def test_any_text_as_a_ticket(text):
    try:
        ticket = parse_ticket(text)
    except ProtocolError:
        return
    assert ticket.encode() == text


ENTRY = load("shared_entries.json")["valid"][2]["document"]
SEALED = seal_shared_entry(ENTRY, BOB.primary)


@property_test(st.binary(max_size=400))
def test_any_bytes_as_an_entry(data):
    with pytest.raises(CannotOpen):
        open_shared_entry(data, BOB, owner=ALICE.primary)


@property_test(changes)
def test_no_bit_of_an_entry_may_turn(change):
    with pytest.raises(CannotDecrypt):
        open_shared_entry(turned(SEALED, change), BOB, owner=ALICE.primary)


@property_test(plain)
def test_sealed_json_that_is_no_entry(value):
    for document in (value, {**ENTRY, "note": value, "x": value}):
        with pytest.raises(ProtocolError):
            open_shared_entry(seal_shared_entry(document, BOB.primary), BOB, owner=ALICE.primary)


@property_test(st.sampled_from([*ENTRY, "x"]), anything | plain, max_examples=200)
def test_any_value_in_any_field_of_an_entry(field, value):
    try:
        entry = parse_shared_entry({**ENTRY, field: value}, owner=ALICE.primary)
    except ProtocolError:
        return
    assert isinstance(entry, SharedEntry)


@property_test(any_text)
def test_a_note_is_kept_or_refused(note):
    try:
        document = shared_entry_document(owner=ALICE.primary, added_at=NOW, file=ENTRY["file"], note=note)
    except ProtocolError:
        return
    assert open_shared_entry(seal_shared_entry(document, BOB.primary), BOB, owner=ALICE.primary).note == note


FILE_BODIES = [load("file_bodies.json")[mode][0]["body"] for mode in ("inline", "chunked", "iroh")]
file_fields = st.sampled_from(sorted({name for body in FILE_BODIES for name in body} - {"type"}))


@property_test(st.sampled_from(FILE_BODIES), file_fields, anything | plain, max_examples=200)
def test_any_value_in_any_field_of_a_file(body, field, value):
    try:
        found = bodies.parse_body({**body, field: value})
    except ProtocolError:
        return
    assert isinstance(found, bodies.FileBody | bodies.UnknownBody)


@property_test(st.binary(max_size=500), any_text, any_text)
def test_any_file_travels_inline_or_is_refused(data, filename, mime):
    try:
        body = bodies.inline_file_body(data, filename=filename, mime=mime)
    except ProtocolError:
        return
    found = bodies.parse_body(body)
    assert isinstance(found, bodies.FileBody)
    assert (found.data, found.filename) == (data, filename)


@property_test(st.lists(st.binary(max_size=2000), max_size=5))
def test_a_digest_does_not_depend_on_the_parts(parts):
    assert digest_of_parts(parts) == digest_of(b"".join(parts))
