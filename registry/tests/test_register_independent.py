"""An implementation that shares no code with ours: PyNaCl and rfc8785 only, from the written protocol."""

import copy
import datetime
import json
from typing import Any

import nacl.signing
import pytest
import rfc8785


def make_registration(seed: bytes, handle: str, server: str) -> dict[str, Any]:
    key = nacl.signing.SigningKey(seed)
    primary = "ed25519:" + key.verify_key.encode().hex()
    payload: dict[str, Any] = {
        "type": "kez.chat.handle_registration",
        "version": 1,
        "handle": handle,
        "primary": primary,
        "server": server,
        "created_at": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    signature = key.sign(rfc8785.dumps(payload)).signature.hex()
    return {
        "kez": "handle_registration",
        "payload": payload,
        "signature": {"alg": "ed25519-sha512-jcs", "key": primary, "sig": signature},
    }


SEED = bytes(range(32))
OTHER_KEY = "ed25519:" + nacl.signing.SigningKey(bytes(32)).verify_key.encode().hex()

# path to a value, what is put there without signing again, and the answer
CHANGES = [
    (("kez",), "session", 400, "wrong_tag"),
    (("kez",), None, 400, "wrong_tag"),
    (("payload", "type"), "kez.chat.session", 400, "wrong_type"),
    (("payload", "version"), 2, 400, "wrong_type"),
    (("payload", "handle"), "stolen", 401, "bad_signature"),
    (("payload", "server"), "evil.example", 401, "bad_signature"),
    (("payload", "created_at"), "2026-01-01T00:00:00Z", 401, "bad_signature"),
    (("payload", "primary"), OTHER_KEY, 401, "key_mismatch"),
    (("payload", "extra"), 1, 400, "unknown_field"),
    (("signature", "alg"), "ed25519", 401, "bad_signature"),
    (("signature", "key"), OTHER_KEY, 401, "key_mismatch"),
    (("signature", "key"), "ed25519:" + "00" * 32, 400, "bad_key"),
    (("signature", "sig"), "00" * 64, 401, "bad_signature"),
    (("signature", "sig"), "", 401, "bad_signature"),
    (("signature", "extra"), 1, 400, "unknown_field"),
    (("extra",), 1, 400, "unknown_field"),
]


def post(client, document):
    return client.post("/v1/register", json.dumps(document), content_type="application/json")


@pytest.mark.django_db
def test_it_is_accepted(client, settings):
    response = post(client, make_registration(SEED, "stranger", settings.KEZ_CHAT_SERVER))
    assert response.status_code == 201, response.content
    assert response.json()["primary"] == client.get("/v1/u/stranger").json()["primary"]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "value", "status", "code"), CHANGES)
def test_every_change_to_it_is_refused(client, settings, path, value, status, code):
    document = make_registration(SEED, "stranger", settings.KEZ_CHAT_SERVER)
    target = document
    for name in path[:-1]:
        target = target[name]
    target[path[-1]] = value
    response = post(client, document)
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.django_db
def test_every_part_left_out_is_refused(client, settings):
    document = make_registration(SEED, "stranger", settings.KEZ_CHAT_SERVER)
    for parent in ((), ("payload",), ("signature",)):
        fields = list(document) if not parent else list(document[parent[0]])
        for field in fields:
            cut = copy.deepcopy(document)
            del (cut[parent[0]] if parent else cut)[field]
            response = post(client, cut)
            assert response.status_code == 400, (parent, field)
            assert response.json()["code"] in {"malformed", "wrong_type"}, (parent, field)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("handle", "server", "status", "code"),
    [
        ("Stranger", None, 422, "bad_handle"),
        ("st", None, 422, "bad_handle"),
        ("stranger", "evil.example", 422, "wrong_server"),
        ("admin", None, 403, "handle_reserved"),
    ],
)
def test_what_it_signs_wrong_is_refused(client, settings, handle, server, status, code):
    response = post(client, make_registration(SEED, handle, server or settings.KEZ_CHAT_SERVER))
    assert (response.status_code, response.json()["code"]) == (status, code)
