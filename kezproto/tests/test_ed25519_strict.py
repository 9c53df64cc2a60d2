"""One strict rule for keys and signatures; the forgeries in the vectors are real ones."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kezproto.errors import BadKey, BadSignature
from kezproto.keys import Primary, SigningKey, verify_signature, x25519_private, x25519_public
from kezproto.tests import second_hpke
from kezproto.tests.cast import ALICE
from kezproto.tests.vectors import load, params

VECTORS = load("ed25519.json")


@pytest.mark.parametrize("case", params(VECTORS["keys"]))
def test_key_is_refused(case):
    with pytest.raises(BadKey):
        Primary(bytes.fromhex(case["public_hex"]))
    with pytest.raises(BadKey):
        Primary.parse("ed25519:" + case["public_hex"])


@pytest.mark.parametrize("case", params(VECTORS["signatures"]))
def test_signature(case):
    public, message, signature = (
        bytes.fromhex(case[f"{name}_hex"]) for name in ("public", "message", "signature")
    )
    if case["error"] is None:
        verify_signature(Primary(public), message, signature)
    elif case["error"] == "bad_key":
        with pytest.raises(BadKey):
            Primary(public)
    else:
        with pytest.raises(BadSignature):
            verify_signature(Primary(public), message, signature)


def test_all_fourteen_small_order_encodings_are_there():
    forged = [case for case in VECTORS["signatures"] if case["name"].startswith("forged")]
    assert len({case["public_hex"] for case in forged}) == 14


def test_openssl_alone_accepts_the_forgeries():
    """Why the check must be explicit. Should OpenSSL learn it one day, this test may go."""
    accepted = 0
    for case in VECTORS["signatures"]:
        if case["name"].startswith("forged"):
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(case["public_hex"]))
            try:
                public.verify(bytes.fromhex(case["signature_hex"]), bytes.fromhex(case["message_hex"]))
            except InvalidSignature:
                continue
            accepted += 1
    assert accepted == 14


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_wrong_lengths(length):
    with pytest.raises(BadKey):
        Primary(bytes(length))
    with pytest.raises(BadKey):
        SigningKey(bytes(length))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ed25519:",
        ALICE.primary.hex,
        str(ALICE.primary).upper(),
        "ed25519:" + ALICE.primary.hex.upper(),
        "ED25519:" + ALICE.primary.hex,
        str(ALICE.primary) + "\n",
        " " + str(ALICE.primary),
        str(ALICE.primary)[:-1],
        str(ALICE.primary)[:-1] + "\N{FULLWIDTH DIGIT ONE}",
    ],
)
def test_primary_has_one_spelling(text):
    with pytest.raises(BadKey):
        Primary.parse(text)


def test_round_trips():
    assert Primary.parse(str(ALICE.primary)) == ALICE.primary
    assert Primary.from_hex(ALICE.primary.hex) == ALICE.primary
    assert x25519_public(ALICE.primary) == second_hpke.public_of(x25519_private(ALICE))


def test_the_seed_is_never_shown():
    assert ALICE.seed.hex() not in repr(ALICE)
    assert repr(ALICE.seed) not in repr(ALICE)
