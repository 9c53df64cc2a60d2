"""POST …/events: each way to spoil a good event, with the exact status and code that it gets."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from kezproto.canonical import canonical_bytes
from kezproto.keys import SigningKey
from sigchain.models import Event
from sigchain.tests.cast import ALICE, MALLORY, make_event
from sigchain.tests.service import Sigchain, assert_refused, events_path

Document = dict[str, Any]
SMALL_ORDER = "ed25519:" + "00" * 32


def put(*path: str, value: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        inner = document
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = value

    return change


def drop(*path: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        inner = document
        for name in path[:-1]:
            inner = inner[name]
        del inner[path[-1]]

    return change


def flip_signature(document: Document) -> None:
    sig = bytearray.fromhex(document["signature"]["sig"])
    sig[40] ^= 1
    document["signature"]["sig"] = sig.hex()


def add_group_order(document: Document) -> None:
    """S + L is the same number to a careless verifier (RFC 8032, 5.1.7)."""
    sig = bytes.fromhex(document["signature"]["sig"])
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(sig[32:], "little") + order
    document["signature"]["sig"] = (sig[:32] + s.to_bytes(32, "little")).hex()


def upper_case_signature(document: Document) -> None:
    document["signature"]["sig"] = document["signature"]["sig"].upper()


# Changed after signing: form is looked at first, so a bad form is told as what it is.
MUTATIONS: dict[str, tuple[Callable[[Document], None], int, str]] = {
    "another tag": (put("kez", value="handle_registration"), 400, "wrong_tag"),
    "tag of no kind": (put("kez", value=7), 400, "wrong_tag"),
    "no tag": (drop("kez"), 400, "malformed"),
    "no payload": (drop("payload"), 400, "malformed"),
    "payload is a list": (put("payload", value=[]), 400, "malformed"),
    "no signature": (drop("signature"), 400, "malformed"),
    "signature is null": (put("signature", value=None), 400, "malformed"),
    "unknown field at the top": (put("note", value=1), 400, "unknown_field"),
    "unknown field in payload": (put("payload", "note", value=1), 400, "unknown_field"),
    "unknown field in signature": (put("signature", "note", value=1), 400, "unknown_field"),
    "another type": (put("payload", "type", value="kez.chat.session"), 400, "wrong_type"),
    "another version": (put("payload", "version", value=2), 400, "wrong_type"),
    "version true": (put("payload", "version", value=True), 400, "wrong_type"),
    "no version": (drop("payload", "version"), 400, "wrong_type"),
    "no seq": (drop("payload", "seq"), 400, "malformed"),
    "seq 0": (put("payload", "seq", value=0), 400, "malformed"),
    "seq negative": (put("payload", "seq", value=-1), 400, "malformed"),
    "seq as text": (put("payload", "seq", value="1"), 400, "malformed"),
    "seq true": (put("payload", "seq", value=True), 400, "malformed"),
    "seq null": (put("payload", "seq", value=None), 400, "malformed"),
    "prev of another hash": (put("payload", "prev", value="sha512:" + "0" * 64), 400, "malformed"),
    "prev upper case": (put("payload", "prev", value="sha256:" + "AB" * 32), 400, "malformed"),
    "prev empty": (put("payload", "prev", value=""), 400, "malformed"),
    "no prev": (drop("payload", "prev"), 400, "malformed"),
    "op empty": (put("payload", "op", value=""), 400, "malformed"),
    "op is a list": (put("payload", "op", value=["add_endpoint"]), 400, "malformed"),
    "body is text": (put("payload", "body", value="x"), 400, "malformed"),
    "body null": (put("payload", "body", value=None), 400, "malformed"),
    "created_at with an offset": (
        put("payload", "created_at", value="2026-05-25T03:00:00+00:00"),
        400,
        "malformed",
    ),
    "created_at impossible": (put("payload", "created_at", value="2026-02-30T03:00:00Z"), 400, "malformed"),
    "created_at a number": (put("payload", "created_at", value=1), 400, "malformed"),
    "primary without its prefix": (put("payload", "primary", value=ALICE.primary.hex), 400, "bad_key"),
    "primary small order": (put("payload", "primary", value=SMALL_ORDER), 400, "bad_key"),
    "key small order": (put("signature", "key", value=SMALL_ORDER), 400, "bad_key"),
    "key null": (put("signature", "key", value=None), 400, "bad_key"),
    "another alg": (put("signature", "alg", value="ed25519"), 401, "bad_signature"),
    "alg none": (put("signature", "alg", value="none"), 401, "bad_signature"),
    "key of another": (put("signature", "key", value=str(MALLORY.primary)), 401, "key_mismatch"),
    "primary of another": (put("payload", "primary", value=str(MALLORY.primary)), 401, "key_mismatch"),
    "signature of something else": (flip_signature, 401, "bad_signature"),
    "signature plus the group order": (add_group_order, 401, "bad_signature"),
    "signature in upper case": (upper_case_signature, 401, "bad_signature"),
    "signature cut": (put("signature", "sig", value="00" * 63), 401, "bad_signature"),
    "signature empty": (put("signature", "sig", value=""), 401, "bad_signature"),
    "signature all zero": (put("signature", "sig", value="00" * 64), 401, "bad_signature"),
    "body changed": (put("payload", "body", "url", value="https://mallory.example/"), 401, "bad_signature"),
    "seq changed": (put("payload", "seq", value=2), 401, "bad_signature"),
    "op changed": (put("payload", "op", value="remove_endpoint"), 401, "bad_signature"),
    "time changed": (put("payload", "created_at", value="2026-05-25T03:00:00Z"), 401, "bad_signature"),
    "prev changed": (put("payload", "prev", value="sha256:" + "ab" * 32), 401, "bad_signature"),
}


@pytest.mark.parametrize(("change", "status", "code"), MUTATIONS.values(), ids=MUTATIONS.keys())
def test_a_spoiled_event_is_refused(
    sigchain: Sigchain, change: Callable[[Document], None], status: int, code: str
) -> None:
    document = deepcopy(make_event(ALICE))
    change(document)
    assert_refused(sigchain.post(ALICE, document), status, code)
    assert not Event.objects.exists()


def resigned(key: SigningKey, **changes: Any) -> Document:
    """An event with a good signature over what no careful client would sign."""
    document = make_event(key)
    document["payload"] |= changes
    document["signature"]["sig"] = key.sign(canonical_bytes(document["payload"])).hex()
    return document


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"body": {"protocol": "https"}}, "malformed"),
        ({"body": {"protocol": "https", "url": "https://a.example/", "more": 1}}, "unknown_field"),
        ({"body": {"protocol": "nats", "url": "nats://a.example"}}, "malformed"),
        ({"body": {"protocol": 7}}, "malformed"),
        ({"op": "add_claim", "body": {"kind": "dns"}}, "malformed"),
        ({"op": "set_shared_files", "body": {"manifest": "sha256:" + "0" * 64, "size": 1}}, "malformed"),
    ],
)
def test_a_signed_operation_must_have_its_form(sigchain: Sigchain, changes: Document, code: str) -> None:
    assert_refused(sigchain.post(ALICE, resigned(ALICE, **changes)), 400, code)


GOOD = canonical_bytes(make_event(ALICE))
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"{",
    "no object": b"[]",
    "text": b'"event"',
    "null": b"null",
    "two objects": GOOD + GOOD,
    "not UTF-8": GOOD.replace(b"alice", b"\xff\xfe"),
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "a name twice": GOOD.replace(b'{"kez"', b'{"kez":"sigchain_event","kez"', 1),
    "a float": GOOD.replace(b'"seq":1', b'"seq":1.0'),
    "an exponent": GOOD.replace(b'"seq":1', b'"seq":1e0'),
    "beyond 2^53": GOOD.replace(b'"seq":1', b'"seq":9007199254740992'),
    "NaN": GOOD.replace(b'"seq":1', b'"seq":NaN'),
    "half a surrogate pair": GOOD.replace(b"alice", b"\\ud800"),
    "too deep": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "form data": b"kez=sigchain_event",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_two_parsers_could_read_in_two_ways_is_refused(sigchain: Sigchain, body: bytes) -> None:
    assert_refused(sigchain.post(ALICE, body), 400, "malformed")


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
    ],
)
def test_another_media_type_is_refused(sigchain: Sigchain, media_type: str) -> None:
    assert_refused(
        sigchain.client.post(events_path(ALICE), GOOD, content_type=media_type), 415, "unsupported_media_type"
    )


def test_the_media_type_may_name_its_charset(sigchain: Sigchain) -> None:
    body = json.dumps(make_event(ALICE))
    response = sigchain.client.post(events_path(ALICE), body, content_type="application/json; charset=utf-8")
    assert response.status_code == 201


def test_an_unusable_key_in_the_address_is_told_as_one(sigchain: Sigchain) -> None:
    path = events_path(ALICE).replace(ALICE.primary.hex, "00" * 32)
    assert_refused(sigchain.client.post(path, GOOD, content_type="application/json"), 400, "bad_key")
