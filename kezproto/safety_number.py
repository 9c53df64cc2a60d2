"""The safety number: 60 digits that two people compare to be sure of each other's keys."""

from __future__ import annotations

import hashlib

from kezproto.keys import Primary

ITERATIONS = 5200
_LABEL = b"kez/safety-number/1\x00"


def safety_number(a: Primary, b: Primary) -> str:
    """12 groups of 5 digits, the same whichever key comes first.

    Each key gives 30 digits, and the smaller key's stand first. The hash is iterated, so that looking for a key
    whose digits equal another's costs 5,200 times as much.
    """
    halves = [_digits(key) for key in sorted((a.raw, b.raw))]
    return " ".join(halves[0] + halves[1])


def _digits(key: bytes) -> list[str]:
    digest = _LABEL + key
    for _ in range(ITERATIONS):
        digest = hashlib.sha512(digest + key).digest()
    return [f"{int.from_bytes(digest[i : i + 5], 'big') % 100_000:05d}" for i in range(0, 30, 5)]
