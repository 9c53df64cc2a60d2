"""Requests and answers of kez-blob/1: their bytes, and whatever else may come."""

import pytest
from hypothesis import strategies as st

from kezproto.blob_wire import (
    MANIFEST_ONLY,
    REQUEST_BYTES,
    BlobRequest,
    LaneOffer,
    RequestKind,
    Status,
    manifest_frame,
    parse_lane,
    parse_manifest_length,
    parse_request,
    parse_status,
    promised_manifest,
)
from kezproto.blobs import MAX_MANIFEST_BYTES, BlobManifest, content_id, encode_manifest
from kezproto.errors import Malformed
from kezproto.tests.strategies import any_text, property_test, seeds

CONTENT = "blake3:" + "c0" * 32


def test_the_bytes_of_requests():
    get = BlobRequest(RequestKind.GET, CONTENT, 258)
    have = BlobRequest(RequestKind.HAVE, CONTENT)
    assert get.encode().hex() == "0101" + "c0" * 32 + "00000102"
    assert have.encode().hex() == "0102" + "c0" * 32 + "00000000"
    assert [parse_request(each.encode()) for each in (get, have)] == [get, have]


@property_test(st.sampled_from(RequestKind), seeds, st.integers(0, MANIFEST_ONLY))
def test_request_round_trip(kind, content, first):
    request = BlobRequest(kind, f"blake3:{content.hex()}", 0 if kind is RequestKind.HAVE else first)
    assert parse_request(request.encode()) == request


@property_test(
    st.sampled_from(RequestKind),
    any_text | any_text.map(lambda text: f"blake3:{text}") | st.just("blake3:" + "C0" * 32),
    st.integers(),
    max_examples=20,
)
def test_any_parts_of_a_request(kind, content, first):
    with pytest.raises(Malformed):
        BlobRequest(kind, content, first).encode()


@property_test(
    st.binary(max_size=REQUEST_BYTES + 1)
    | st.binary(min_size=REQUEST_BYTES - 2, max_size=REQUEST_BYTES - 2).map(lambda data: b"\x01\x01" + data)
    | st.binary(min_size=REQUEST_BYTES - 2, max_size=REQUEST_BYTES - 2).map(lambda data: b"\x01\x02" + data),
    max_examples=200,
)
def test_any_bytes_as_a_request(data):
    try:
        request = parse_request(data)
    except Malformed:
        return
    assert request.encode() == data


@pytest.mark.parametrize("data", [b"", b"\x07", b"\xff", b"\x00\x00"], ids=repr)
def test_an_unknown_status_is_refused(data):
    with pytest.raises(Malformed):
        parse_status(data)


def test_statuses_keep_their_numbers():
    assert {status.name: parse_status(bytes([status])) for status in Status} == {
        "OK": 0,
        "NOT_YOURS": 1,
        "GONE": 2,
        "CHANGED": 3,
        "BUSY": 4,
        "BAD_REQUEST": 5,
        "NO_LANE": 6,
    }


def test_a_manifest_is_taken_only_if_it_is_the_promised_one():
    encoded = encode_manifest(BlobManifest(bytes(16), 1, (bytes(32),)))
    frame = manifest_frame(encoded)
    assert frame[:5].hex() == "000000003d"
    assert parse_manifest_length(frame[1:5]) == len(encoded)
    assert promised_manifest(encoded, content_id(encoded)).size == 1
    other = encode_manifest(BlobManifest(bytes(16), 2, (bytes(32),)))
    with pytest.raises(Malformed):
        promised_manifest(other, content_id(encoded))
    with pytest.raises(Malformed):
        promised_manifest(encoded[:-1], content_id(encoded[:-1]))


@pytest.mark.parametrize("data", [b"", bytes(3), bytes(4), (29).to_bytes(4, "big"), b"\xff" * 4], ids=repr)
def test_lengths_that_no_manifest_has(data):
    with pytest.raises(Malformed):
        parse_manifest_length(data)


def test_the_longest_manifest():
    assert parse_manifest_length(MAX_MANIFEST_BYTES.to_bytes(4, "big")) == MAX_MANIFEST_BYTES
    with pytest.raises(Malformed):
        parse_manifest_length((MAX_MANIFEST_BYTES + 1).to_bytes(4, "big"))


@property_test(st.integers(1, 2**16 - 1), seeds)
def test_lane_round_trip(port, token):
    offer = LaneOffer(port, token)
    assert parse_lane(offer.encode()) == offer
    assert repr(token) not in repr(offer)


@property_test(
    st.binary(max_size=35) | st.binary(min_size=32, max_size=32).map(lambda data: b"\x00\x00" + data)
)
def test_any_bytes_as_a_lane(data):
    try:
        offer = parse_lane(data)
    except Malformed:
        return
    assert offer.encode() == data


@pytest.mark.parametrize(
    ("port", "token"), [(0, bytes(32)), (2**16, bytes(32)), (-1, bytes(32)), (1, bytes(31))]
)
def test_lanes_that_are_none(port, token):
    with pytest.raises(Malformed):
        LaneOffer(port, token).encode()
