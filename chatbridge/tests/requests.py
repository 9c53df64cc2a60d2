"""Authorization requests as nats-server would make them, with any part wrong."""

import base64
import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

from chatbridge.nats_jwt import REQUEST_AUDIENCE, sign_claims
from chatbridge.tests.cast import Person
from kezproto.keys import SigningKey
from kezproto.nkeys import encode_public, user_nkey

SERVER = SigningKey(hashlib.sha256(b"a nats-server").digest())
CONNECTION = SigningKey(hashlib.sha256(b"a connection").digest())
TOKEN = "tokentokentokentoken"


def sign_nonce(person: Person, nonce: str) -> str:
    return base64.b64encode(person.key.sign(nonce.encode())).decode()


def request_claims(person: Person, **changes: Any) -> dict[str, Any]:
    """Claims of a login of `person`; `changes`: server_id, user_nkey, nonce, nkey, sig, name, aud, exp, type, xkey."""
    nonce = changes.get("nonce", "abcdefghijklmno")
    now = int(datetime.now(UTC).timestamp())
    server_id = changes.get("server_id", encode_public("N", SERVER.primary.raw))
    options = {
        "nkey": changes.get("nkey", user_nkey(person.primary)),
        "sig": changes.get("sig", sign_nonce(person, nonce)),
        "name": changes.get("name", f"{TOKEN}.{person.device}"),
    }
    nats = {
        "server_id": {"id": server_id, "name": "trial", "xkey": changes.get("xkey", "")},
        "user_nkey": changes.get("user_nkey", encode_public("U", CONNECTION.primary.raw)),
        "client_info": {"nonce": nonce, "kind": "Client"},
        "connect_opts": {name: value for name, value in options.items() if value is not None},
        "type": changes.get("type", "authorization_request"),
        "version": 2,
    }
    return {
        "aud": changes.get("aud", REQUEST_AUDIENCE),
        "exp": changes.get("exp", now + 3),
        "iat": now,
        "sub": encode_public("A", secrets.token_bytes(32)),
        "nats": nats,
    }


def request_token(person: Person, *, server: SigningKey = SERVER, prefix: str = "N", **changes: Any) -> bytes:
    """The signed token of such a login."""
    return sign_claims(request_claims(person, **changes), key=server, prefix=prefix)
