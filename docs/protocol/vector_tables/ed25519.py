"""ed25519.json: which public keys and signatures the strict rule refuses, with forgeries that lenient code takes."""

from __future__ import annotations

from typing import Any

from kezproto.keys import Primary
from vector_tables import edwards
from vector_tables.cast import ALICE

MESSAGE = b"kez: strict verification"
_NONCE = 7


def build() -> dict[str, Any]:
    return {
        "about": "Strict Ed25519. 'keys': public keys that must be refused. 'signatures': valid and refused ones.",
        "order_hex": edwards.ORDER.to_bytes(32, "big").hex(),
        "keys": _keys(),
        "signatures": _signatures(),
    }


def _keys() -> list[dict[str, Any]]:
    cases = [(f"small order {data.hex()}", data) for data in edwards.small_order_encodings()]
    for y in range(2, 19):
        if edwards.point_with_y(y, odd_x=False):
            cases.append((f"non-canonical, y = {y}", edwards.encode_as(y + edwards.PRIME, odd_x=False)))
    off_curve = next(y for y in range(2, 100) if edwards.point_with_y(y, odd_x=False) is None)
    cases.append(("not on the curve", edwards.encode_as(off_curve, odd_x=False)))
    for number, torsion in enumerate(edwards.torsion_points()[1:], start=1):
        mixed = edwards.add(_alice_point(), torsion)
        cases.append((f"mixed order, {number} times the generator of order 8 added", edwards.encode(mixed)))
    return [{"name": name, "public_hex": data.hex(), "error": "bad_key"} for name, data in cases]


def _signatures() -> list[dict[str, Any]]:
    alice = ALICE.primary
    valid = ALICE.sign(MESSAGE)
    s = int.from_bytes(valid[32:], "little")
    cases: list[tuple[str, bytes, bytes, bytes]] = [
        ("S + L", alice.raw, MESSAGE, valid[:32] + (s + edwards.ORDER).to_bytes(32, "little")),
        ("S with its top bits set", alice.raw, MESSAGE, valid[:63] + bytes([valid[63] | 0xE0])),
        ("S = L", alice.raw, MESSAGE, valid[:32] + edwards.ORDER.to_bytes(32, "little")),
        ("all zeros", alice.raw, MESSAGE, bytes(64)),
        ("empty", alice.raw, MESSAGE, b""),
        ("one byte short", alice.raw, MESSAGE, valid[:-1]),
        ("one byte more", alice.raw, MESSAGE, valid + b"\x00"),
        ("another message", alice.raw, MESSAGE + b".", valid),
        ("a bit of R turned", alice.raw, MESSAGE, bytes([valid[0] ^ 1]) + valid[1:]),
    ]
    for data in edwards.small_order_encodings():
        cases.append((f"R of small order {data.hex()}", alice.raw, MESSAGE, _with_r(data, 0)))
    for number, torsion in enumerate(edwards.torsion_points()[1:], start=1):
        r = edwards.encode(edwards.add(edwards.multiply(_NONCE, edwards.BASE), torsion))
        cases.append(
            (f"R of mixed order, {number} times the generator", alice.raw, MESSAGE, _with_r(r, _NONCE))
        )
    refused = [
        _case(name, key, message, signature, "bad_signature") for name, key, message, signature in cases
    ]
    forged = [
        _case(f"forged for the small-order key {data.hex()}", data, *_forge(data), "bad_key")
        for data in edwards.small_order_encodings()
    ]
    return [_case("valid", alice.raw, MESSAGE, valid, None), *refused, *forged]


def _case(name: str, public: bytes, message: bytes, signature: bytes, error: str | None) -> dict[str, Any]:
    return {
        "name": name,
        "public_hex": public.hex(),
        "message_hex": message.hex(),
        "signature_hex": signature.hex(),
        "error": error,
    }


def _alice_point() -> edwards.Point:
    return edwards.multiply(edwards.secret_scalar(ALICE.seed), edwards.BASE)


def _with_r(r: bytes, nonce: int) -> bytes:
    """Alice's own signature with an R that holds a small-order part: it satisfies the equation with cofactor."""
    k = edwards.challenge(r, ALICE.primary.raw, MESSAGE)
    s = (nonce + k * edwards.secret_scalar(ALICE.seed)) % edwards.ORDER
    return r + s.to_bytes(32, "little")


def _forge(key: bytes) -> tuple[bytes, bytes]:
    """A message and a signature that lenient verifiers take for one by a key that nobody holds.

    With k a multiple of 8 the key drops out of the equation, and S = r satisfies it.
    """
    r = edwards.encode(edwards.multiply(_NONCE, edwards.BASE))
    for counter in range(1000):
        message = b"forged %d" % counter
        if edwards.challenge(r, key, message) % 8 == 0:
            return message, r + _NONCE.to_bytes(32, "little")
    raise ArithmeticError("no message was found")


def check_cast() -> None:
    """The arithmetic here agrees with the library's."""
    if Primary(edwards.encode(_alice_point())) != ALICE.primary:
        raise ArithmeticError("edwards25519 arithmetic is wrong")
