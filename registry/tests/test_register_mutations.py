"""Every way to get a registration wrong, and the exact answer to each."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from httpapi.tests.shapes import assert_problem
from kezproto.canonical import canonical_bytes
from kezproto.keys import SigningKey
from kezproto.timestamps import format_timestamp
from registry.models import Handle
from registry.tests.cast import ALICE, MALLORY, registration

pytestmark = pytest.mark.django_db

Document = dict[str, Any]


def resigned(document: Document, key: SigningKey = ALICE) -> Document:
    """The changed payload under a signature that holds."""
    document["signature"]["sig"] = key.sign(canonical_bytes(document["payload"])).hex()
    return document


def put(*path: str, value: Any, resign: bool = False) -> Callable[[Document], Document]:
    def change(document: Document) -> Document:
        *parents, last = path
        target = document
        for name in parents:
            target = target[name]
        target[last] = value
        return resigned(document) if resign else document

    return change


def drop(*path: str) -> Callable[[Document], Document]:
    def change(document: Document) -> Document:
        *parents, last = path
        target = document
        for name in parents:
            target = target[name]
        del target[last]
        return document

    return change


def payload(name: str, value: Any) -> Callable[[Document], Document]:
    return put("payload", name, value=value, resign=True)


def swap_signature_key(document: Document) -> Document:
    document["signature"]["key"] = str(MALLORY.primary)
    return resigned(document, MALLORY)


def forge(document: Document) -> Document:
    return resigned(document, MALLORY)


def flip_last_bit(document: Document) -> Document:
    sig = document["signature"]["sig"]
    document["signature"]["sig"] = sig[:-1] + format(int(sig[-1], 16) ^ 1, "x")
    return document


def sign_other_payload(document: Document) -> Document:
    other = registration(ALICE, "somethingelse")
    document["signature"] = other["signature"]
    return document


def small_order_key(document: Document) -> Document:
    """The neutral element: plain Ed25519 libraries accept a signature of it over anything."""
    key = "ed25519:01" + "00" * 31
    document["payload"]["primary"] = document["signature"]["key"] = key
    document["signature"]["sig"] = "01" + "00" * 63
    return document


def in_minutes(minutes: float) -> str:
    return format_timestamp(timezone.now() + timedelta(minutes=minutes))


MUTATIONS: dict[str, tuple[Callable[[Document], Any], int, str]] = {
    # form
    "a list": (lambda document: [document], 400, "malformed"),
    "empty object": (lambda document: {}, 400, "malformed"),
    "no tag": (drop("kez"), 400, "malformed"),
    "no payload": (drop("payload"), 400, "malformed"),
    "no signature": (drop("signature"), 400, "malformed"),
    "payload is a list": (put("payload", value=[]), 400, "malformed"),
    "signature is text": (put("signature", value="ab"), 400, "malformed"),
    "field too many at the top": (put("note", value="x"), 400, "unknown_field"),
    "field too many in the payload": (payload("note", "x"), 400, "unknown_field"),
    "field too many in the signature": (put("signature", "note", value="x"), 400, "unknown_field"),
    "no handle": (drop("payload", "handle"), 400, "malformed"),
    "no server": (drop("payload", "server"), 400, "malformed"),
    "no created_at": (drop("payload", "created_at"), 400, "malformed"),
    "no key": (drop("signature", "key"), 400, "malformed"),
    "no alg": (drop("signature", "alg"), 400, "malformed"),
    "no sig": (drop("signature", "sig"), 400, "malformed"),
    # tag, type and version
    "wrong tag": (put("kez", value="sigchain_event"), 400, "wrong_tag"),
    "tag in capitals": (put("kez", value="HANDLE_REGISTRATION"), 400, "wrong_tag"),
    "tag is null": (put("kez", value=None), 400, "wrong_tag"),
    "wrong type": (payload("type", "kez.chat.session"), 400, "wrong_type"),
    "wrong version": (payload("version", 2), 400, "wrong_type"),
    "version is text": (payload("version", "1"), 400, "wrong_type"),
    "version is true": (payload("version", True), 400, "wrong_type"),
    # who signed
    "signed by another, under its own key": (swap_signature_key, 401, "key_mismatch"),
    "primary of another": (payload("primary", str(MALLORY.primary)), 401, "key_mismatch"),
    "upper-case key": (
        put("signature", "key", value=str(ALICE.primary).upper().replace("ED25519", "ed25519")),
        400,
        "bad_key",
    ),
    "short key": (put("signature", "key", value="ed25519:ab"), 400, "bad_key"),
    "key without its prefix": (put("signature", "key", value=ALICE.primary.hex), 400, "bad_key"),
    "key of small order": (small_order_key, 400, "bad_key"),
    # signature
    "forged": (forge, 401, "bad_signature"),
    "one bit off": (flip_last_bit, 401, "bad_signature"),
    "signature of another payload": (sign_other_payload, 401, "bad_signature"),
    "handle changed after signing": (put("payload", "handle", value="mallory1"), 401, "bad_signature"),
    "empty signature": (put("signature", "sig", value=""), 401, "bad_signature"),
    "zero signature": (put("signature", "sig", value="00" * 64), 401, "bad_signature"),
    "signature is null": (put("signature", "sig", value=None), 401, "bad_signature"),
    "upper-case signature": (
        lambda document: put("signature", "sig", value=document["signature"]["sig"].upper())(document),
        401,
        "bad_signature",
    ),
    "other algorithm": (put("signature", "alg", value="none"), 401, "bad_signature"),
    # server
    "other server": (payload("server", "evil.example"), 422, "wrong_server"),
    "server in capitals": (payload("server", "KEZ.LAT"), 422, "wrong_server"),
    # handle
    "upper case": (payload("handle", "Alice"), 422, "bad_handle"),
    "too short": (payload("handle", "al"), 422, "bad_handle"),
    "too long": (payload("handle", "a" * 33), 422, "bad_handle"),
    "leading dash": (payload("handle", "-alice"), 422, "bad_handle"),
    "not ASCII": (payload("handle", "аlice"), 422, "bad_handle"),
    "trailing newline": (payload("handle", "alice\n"), 422, "bad_handle"),
    "with a server": (payload("handle", "alice@kez.lat"), 422, "bad_handle"),
    "with NUL": (payload("handle", "ali\0ce"), 422, "bad_handle"),
    # time
    "six minutes old": (lambda document: payload("created_at", in_minutes(-6))(document), 422, "stale"),
    "six minutes ahead": (lambda document: payload("created_at", in_minutes(6))(document), 422, "stale"),
    "no date": (payload("created_at", "yesterday"), 400, "malformed"),
    "with an offset": (payload("created_at", "2026-05-25T03:00:00+00:00"), 400, "malformed"),
    # what the database says
    "reserved": (payload("handle", "admin"), 403, "handle_reserved"),
    # order: the first failing check answers
    "wrong tag before bad signature": (
        lambda document: put("kez", value="session")(forge(document)),
        400,
        "wrong_tag",
    ),
    "bad signature before wrong server": (
        lambda document: forge(payload("server", "evil.example")(document)),
        401,
        "bad_signature",
    ),
    "wrong server before bad handle": (
        lambda document: payload("handle", "X")(payload("server", "evil.example")(document)),
        422,
        "wrong_server",
    ),
    "bad handle before stale": (
        lambda document: payload("handle", "X")(payload("created_at", in_minutes(-6))(document)),
        422,
        "bad_handle",
    ),
    "stale before reserved": (
        lambda document: payload("handle", "admin")(payload("created_at", in_minutes(-6))(document)),
        422,
        "stale",
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_wrong_registration_is_refused_with_its_code(register, mutation):
    change, status, code = MUTATIONS[mutation]
    assert_problem(register(change(registration(ALICE, "alice"))), status, code)
    assert not Handle.objects.exists()


RAW: dict[str, tuple[Callable[[str], str], int, str]] = {
    "not JSON": (lambda text: text[:-1], 400, "malformed"),
    "a name twice": (lambda text: text.replace('"kez":', '"kez": "session", "kez":', 1), 400, "malformed"),
    "a float": (lambda text: text.replace('"version": 1', '"version": 1.0'), 400, "malformed"),
    "an exponent": (lambda text: text.replace('"version": 1', '"version": 1e0'), 400, "malformed"),
    "a huge integer": (
        lambda text: text.replace('"version": 1', f'"version": {"9" * 5000}'),
        400,
        "malformed",
    ),
    "half a surrogate pair": (lambda text: text.replace("alice", "\\ud83d"), 400, "malformed"),
    "more than 64 KiB": (lambda text: text + " " * 65536, 413, "too_large"),
}


@pytest.mark.parametrize("mutation", RAW)
def test_what_only_bytes_can_get_wrong(register, mutation):
    change, status, code = RAW[mutation]
    assert_problem(register(change(json.dumps(registration(ALICE, "alice")))), status, code)
    assert not Handle.objects.exists()


def test_a_clock_off_by_less_than_five_minutes_is_fine(register):
    assert (
        register(registration(ALICE, "alice", at=timezone.now() - timedelta(seconds=290))).status_code == 201
    )
    assert (
        register(registration(MALLORY, "mally", at=timezone.now() + timedelta(seconds=290))).status_code
        == 201
    )
