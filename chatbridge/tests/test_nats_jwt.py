"""Tokens and seals: a request recorded from a real nats-server, and every way in which one can be wrong."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbridge.nats_jwt import BadToken, decode_request, encode_response, encode_user, sign_claims
from chatbridge.tests.cast import Person
from chatbridge.tests.requests import SERVER, request_claims, request_token
from chatbridge.xkey import CannotUnseal, XKey
from kezproto.errors import BadNkey
from kezproto.keys import Primary, SigningKey, verify_signature
from kezproto.nkeys import decode_public, encode_public, encode_seed

RECORDED = json.loads((Path(__file__).parent / "data" / "auth_request.json").read_text())
ALICE = Person("alice")
ISSUER = SigningKey(bytes(range(32)))


def now() -> datetime:
    return datetime.now(UTC)


def claims_of(token: bytes, *, prefix: str, signer: Primary) -> dict:
    """The claims of one of our tokens, its signature checked without our own reader."""
    head, body, signature = token.split(b".")
    raw = {part: base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in (head, body, signature)}
    verify_signature(signer, head + b"." + body, raw[signature])
    claims: dict = json.loads(raw[body])
    assert json.loads(raw[head]) == {"typ": "JWT", "alg": "ed25519-nkey"}
    assert decode_public(claims["iss"], prefix=prefix) == signer.raw
    return claims


def test_the_recorded_request_is_opened_and_read() -> None:
    sealed = bytes.fromhex(RECORDED["sealed_hex"])
    token = XKey(RECORDED["xkey_seed"]).open(sealed, sender=RECORDED["server_xkey"])
    assert token.decode() == RECORDED["token"]
    request = decode_request(token, now=datetime.fromtimestamp(RECORDED["expires"], tz=UTC))
    for name in ("server_id", "server_xkey", "user_nkey", "client_nkey", "name", "nonce", "signature"):
        assert getattr(request, name) == RECORDED[name]


def test_a_request_ends_with_its_time() -> None:
    at = datetime.fromtimestamp(RECORDED["expires"], tz=UTC)
    decode_request(RECORDED["token"].encode(), now=at + timedelta(seconds=5))
    with pytest.raises(BadToken) as refusal:
        decode_request(RECORDED["token"].encode(), now=at + timedelta(seconds=6))
    assert refusal.value.code == "expired"


WRONG_TOKENS = {
    "empty": b"",
    "one part": b"abc",
    "four parts": b"a.b.c.d",
    "not base64": b"!.!.!",
    "header is no JSON": b"YWJj.YWJj.YWJj",
    "header of another algorithm": base64.urlsafe_b64encode(b'{"typ":"JWT","alg":"none"}').rstrip(b"=")
    + b".e30.",
    "other audience": request_token(ALICE, aud="somebody else"),
    "no audience": request_token(ALICE, aud=None),
    "other type": request_token(ALICE, type="authorization_response"),
    "issued by an account": request_token(ALICE, prefix="A"),
    "names another server": request_token(ALICE, server_id=encode_public("N", ISSUER.primary.raw)),
    "no time": request_token(ALICE, exp=None),
    "time is text": request_token(ALICE, exp="soon"),
    "time is true": request_token(ALICE, exp=True),
    "time is huge": request_token(ALICE, exp=1 << 60),
    "time is negative": request_token(ALICE, exp=-1),
    "connection key is none": request_token(ALICE, user_nkey="U"),
    "connection key of another kind": request_token(ALICE, user_nkey=encode_public("A", ISSUER.primary.raw)),
    "nonce is a number": sign_claims(
        request_claims(ALICE) | {"nats": request_claims(ALICE)["nats"] | {"client_info": {"nonce": 1}}},
        key=SERVER,
        prefix="N",
    ),
    "no nats claims": sign_claims({"aud": "nats-authorization-request"}, key=SERVER, prefix="N"),
    "nats claims are a list": sign_claims({"nats": []}, key=SERVER, prefix="N"),
    "too long": b"a" * 70_000,
}


@pytest.mark.parametrize("token", WRONG_TOKENS.values(), ids=WRONG_TOKENS.keys())
def test_what_is_no_request_is_refused(token: bytes) -> None:
    with pytest.raises(BadToken):
        decode_request(token, now=now())


def test_a_changed_request_is_refused() -> None:
    token = request_token(ALICE)
    head, body, signature = token.split(b".")
    other = request_token(ALICE, name="othertokenothertoken.00000000000000aa").split(b".")
    for forged in (
        b".".join((head, other[1], signature)),
        b".".join((head, body, other[2])),
        b".".join((head, body, b"")),
        b".".join((head, body, base64.urlsafe_b64encode(bytes(64)).rstrip(b"="))),
    ):
        with pytest.raises(BadToken):
            decode_request(forged, now=now())


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    with pytest.raises(BadToken):
        decode_request(data, now=now())


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_no_changed_byte_is_accepted(place: int, byte: int) -> None:
    token = bytearray(RECORDED["token"].encode())
    place %= len(token)
    if token[place] == byte:
        return
    token[place] = byte
    at = datetime.fromtimestamp(RECORDED["expires"], tz=UTC)
    try:
        request = decode_request(bytes(token), now=at)
    except BadToken:
        return
    # The last letter of base64 has bits that mean nothing; only there a change can pass.
    assert request == decode_request(RECORDED["token"].encode(), now=at)


def test_the_answer_lets_exactly_this_connection_in() -> None:
    request = decode_request(request_token(ALICE), now=now())
    until = now() + timedelta(hours=1)
    user = encode_user(
        request,
        issuer=ISSUER,
        account="USERS",
        name=ALICE.hex,
        permissions={"pub": ["a"], "sub": ["b"]},
        now=now(),
        expires_at=until,
    )
    claims = claims_of(user.encode(), prefix="A", signer=ISSUER.primary)
    assert (claims["sub"], claims["aud"], claims["name"]) == (request.user_nkey, "USERS", ALICE.hex)
    assert claims["exp"] == int(until.timestamp())
    assert (claims["nats"]["pub"], claims["nats"]["sub"]) == ({"allow": ["a"]}, {"allow": ["b"]})
    answer = encode_response(request, issuer=ISSUER, now=now(), user_token=user)
    claims = claims_of(answer, prefix="A", signer=ISSUER.primary)
    assert (claims["sub"], claims["aud"]) == (request.user_nkey, request.server_id)
    assert claims["nats"] == {"type": "authorization_response", "version": 2, "jwt": user}


def test_an_answer_without_a_user_token_is_an_error() -> None:
    request = decode_request(request_token(ALICE), now=now())
    for error in ("unknown_key", ""):
        claims = claims_of(
            encode_response(request, issuer=ISSUER, now=now(), error=error), prefix="A", signer=ISSUER.primary
        )
        assert claims["nats"]["error"] == (error or "refused")
        assert "jwt" not in claims["nats"]


def test_seals_open_only_for_whom_they_are_meant() -> None:
    ours, theirs, other = (XKey(encode_seed("X", bytes([number]) * 32)) for number in (1, 2, 3))
    sealed = theirs.seal(b"hello", recipient=ours.public)
    assert ours.open(sealed, sender=theirs.public) == b"hello"
    for reader, sender, data in (
        (other, theirs.public, sealed),
        (ours, other.public, sealed),
        (ours, theirs.public, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (ours, theirs.public, b"xkv2" + sealed[4:]),
        (ours, theirs.public, b"xkv1"),
        (ours, theirs.public, b""),
        (ours, "X", sealed),
        (ours, encode_public("U", ISSUER.primary.raw), sealed),
    ):
        with pytest.raises(CannotUnseal):
            reader.open(data, sender=sender)
    with pytest.raises(BadNkey):
        XKey(encode_seed("U", bytes(32)))
