"""The JSON web tokens of NATS auth callout: reading requests, writing answers and user tokens (NATS ADR-26, jwt v2).

A token is `base64url(header).base64url(claims).base64url(signature)`, the signature Ed25519 over the first two parts.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kezproto.errors import ProtocolError
from kezproto.keys import Primary, SigningKey, verify_signature
from kezproto.nkeys import decode_public, encode_public

HEADER = {"typ": "JWT", "alg": "ed25519-nkey"}
REQUEST_AUDIENCE = "nats-authorization-request"
MAX_TOKEN_BYTES = 65536
# The clocks of broker and callout may differ a little; a request that old grants nothing but itself.
LEEWAY = timedelta(seconds=5)


class BadToken(ValueError):  # noqa: N818 - reads as what it says
    """The token is not an authorization request of a NATS server. `code`: bad_request, expired."""

    def __init__(self, sentence: str, code: str = "bad_request") -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class AuthRequest:
    """A verified request: what nats-server says about one login. Texts that the client sent are *not* verified."""

    server_id: str
    server_xkey: str
    user_nkey: str
    client_nkey: str
    signature: str
    nonce: str
    name: str
    expires_at: datetime


def decode_request(token: bytes, *, now: datetime) -> AuthRequest:
    """Check form, algorithm, the server's signature, issuer, audience and time; BadToken otherwise."""
    claims = _verified_claims(token)
    nats = _mapping(claims, "nats")
    server_id = _text(_mapping(nats, "server_id"), "id")
    if claims["iss"] != server_id:
        raise BadToken("The request is signed by another server than the one that it names.")
    if claims.get("aud") != REQUEST_AUDIENCE or nats.get("type") != "authorization_request":
        raise BadToken("The token is not an authorization request.")
    expires = claims.get("exp")
    if not isinstance(expires, int) or isinstance(expires, bool) or not 0 < expires < 1 << 40:
        raise BadToken("The request has no time of expiry.")
    expires_at = datetime.fromtimestamp(expires, tz=now.tzinfo)
    if expires_at + LEEWAY < now:
        raise BadToken("The request has expired; do the clocks of broker and callout agree?", "expired")
    user_nkey = _text(nats, "user_nkey")
    _key(user_nkey, "U")
    options, client = _mapping(nats, "connect_opts"), _mapping(nats, "client_info")
    return AuthRequest(
        server_id=server_id,
        server_xkey=_text(_mapping(nats, "server_id"), "xkey", default=""),
        user_nkey=user_nkey,
        client_nkey=_text(options, "nkey", default=""),
        signature=_text(options, "sig", default=""),
        nonce=_text(client, "nonce", default=""),
        name=_text(options, "name", default=""),
        expires_at=expires_at,
    )


def encode_response(
    request: AuthRequest, *, issuer: SigningKey, now: datetime, user_token: str = "", error: str = ""
) -> bytes:
    """The answer to `request`: a user token, or an error (which the server logs and does not show to the client)."""
    nats: dict[str, Any] = {"type": "authorization_response", "version": 2}
    nats |= {"jwt": user_token} if user_token else {"error": error or "refused"}
    return sign_claims(
        {"sub": request.user_nkey, "aud": request.server_id, "iat": int(now.timestamp()), "nats": nats},
        key=issuer,
        prefix="A",
    )


def encode_user(
    request: AuthRequest,
    *,
    issuer: SigningKey,
    account: str,
    name: str,
    permissions: Mapping[str, list[str]],
    now: datetime,
    expires_at: datetime,
) -> str:
    """The token that lets the connection in: into `account`, with exactly `permissions` (`pub`, `sub`), until
    `expires_at`. NATS enforces nothing else of it, so limits live in the server's and the stream's settings.
    """
    claims = {
        "sub": request.user_nkey,
        "aud": account,
        "name": name,
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "nats": {
            "type": "user",
            "version": 2,
            "pub": {"allow": permissions["pub"]},
            "sub": {"allow": permissions["sub"]},
            "subs": -1,
            "data": -1,
            "payload": -1,
        },
    }
    return sign_claims(claims, key=issuer, prefix="A").decode()


def sign_claims(claims: Mapping[str, Any], *, key: SigningKey, prefix: str) -> bytes:
    """A token of `claims` with `iss` and `jti` added, signed by `key` as an nkey of kind `prefix`."""
    body = {**claims, "iss": encode_public(prefix, key.primary.raw)}
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()
    body["jti"] = base64.b32encode(digest).decode().rstrip("=")
    signed = b".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in (HEADER, body))
    return signed + b"." + _encode(key.sign(signed))


def _verified_claims(token: bytes) -> Mapping[str, Any]:
    if len(token) > MAX_TOKEN_BYTES:
        raise BadToken("The token is too long.")
    parts = token.strip().split(b".")
    if len(parts) != 3:
        raise BadToken("The body is not a token.")
    if _json(_decode(parts[0])) != HEADER:
        raise BadToken("The token's type or algorithm is not the one of NATS.")
    claims = _json(_decode(parts[1]))
    server_key = _key(_text(claims, "iss"), "N")
    try:
        verify_signature(server_key, b".".join(parts[:2]), _decode(parts[2]))
    except ProtocolError as error:
        raise BadToken("The server's signature does not verify.") from error
    return claims


def _key(text: str, prefix: str) -> Primary:
    try:
        return Primary(decode_public(text, prefix=prefix))
    except ProtocolError as error:
        raise BadToken(f"The token names a key that is no {prefix}… nkey.") from error


def _json(data: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadToken("The token does not hold JSON.") from error
    if not isinstance(value, dict):
        raise BadToken("The token does not hold a JSON object.")
    return value


def _mapping(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = claims.get(name)
    if not isinstance(value, dict):
        raise BadToken(f"The token has no object {name!r}.")
    return value


def _text(claims: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    value = claims.get(name, default)
    if not isinstance(value, str):
        raise BadToken(f"The token has no text {name!r}.")
    return value


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decode(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadToken("The token is not base64url.") from error
