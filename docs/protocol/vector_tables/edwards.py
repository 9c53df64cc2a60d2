"""Arithmetic on edwards25519 in plain integers: slow, and just enough to forge what a verifier must refuse."""

from __future__ import annotations

import hashlib

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, PRIME) % PRIME
_ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)

Point = tuple[int, int]
NEUTRAL: Point = (0, 1)


def point_with_y(y: int, *, odd_x: bool) -> Point | None:
    """The point of the curve with this y and the wanted x, or None (RFC 8032, 5.1.3)."""
    square = (y * y - 1) * pow(_D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * _ROOT_OF_MINUS_ONE % PRIME
    if (x * x - square) % PRIME:
        return None
    return (PRIME - x if x % 2 != odd_x else x) % PRIME, y % PRIME


def add(p: Point, q: Point) -> Point:
    cross = _D * p[0] * q[0] * p[1] * q[1] % PRIME
    x = (p[0] * q[1] + p[1] * q[0]) * pow(1 + cross, -1, PRIME)
    y = (p[1] * q[1] + p[0] * q[0]) * pow(1 - cross, -1, PRIME)
    return x % PRIME, y % PRIME


def multiply(scalar: int, p: Point) -> Point:
    result = NEUTRAL
    while scalar:
        if scalar & 1:
            result = add(result, p)
        p, scalar = add(p, p), scalar >> 1
    return result


def encode(p: Point) -> bytes:
    return encode_as(p[1], odd_x=bool(p[0] & 1))


def encode_as(y: int, *, odd_x: bool) -> bytes:
    """32 bytes with this y, which may be beyond the prime, and this sign bit."""
    return (y | odd_x << 255).to_bytes(32, "little")


def secret_scalar(seed: bytes) -> int:
    """The clamped scalar of a seed (RFC 8032, 5.1.5)."""
    half = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little")
    return half & ((1 << 254) - 8) | 1 << 254


def challenge(r: bytes, a: bytes, message: bytes) -> int:
    """k of RFC 8032, 5.1.7."""
    return int.from_bytes(hashlib.sha512(r + a + message).digest(), "little") % ORDER


_base = point_with_y(4 * pow(5, -1, PRIME) % PRIME, odd_x=False)
if _base is None:
    raise ArithmeticError("the base point is not on the curve")
BASE: Point = _base


def torsion_points() -> list[Point]:
    """The 8 points of small order, beginning with the neutral element, each the last one plus a generator."""
    y = 2
    while True:
        candidate = point_with_y(y, odd_x=False)
        if candidate is not None:
            generator = multiply(ORDER, candidate)
            if multiply(4, generator) != NEUTRAL:
                return [multiply(i, generator) for i in range(8)]
        y += 1


def small_order_encodings() -> list[bytes]:
    """All 14 byte strings that a lenient decoder reads as a point of small order."""
    found: set[bytes] = set()
    for _x, y in torsion_points():
        for written in (y, y + PRIME):
            if written < 2**255:
                found.update(encode_as(written, odd_x=odd) for odd in (False, True))
    return sorted(found)
