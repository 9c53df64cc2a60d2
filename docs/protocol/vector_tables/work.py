"""Vectors for the proof of work."""

from __future__ import annotations

from typing import Any

from kezproto.keys import SigningKey
from kezproto.work import find_nonce, format_proof
from vector_tables.cast import ALICE, BOB

CHALLENGE = "1780000000.12.5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e.c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4"
BITS = 12


def proofs() -> dict[str, Any]:
    found = _first(CHALLENGE, ALICE, BITS)
    small = [_case("0 bits", "x", BOB, 0), _case("1 bit", "x", BOB, 1), _case("9 bits", "x", BOB, 9)]
    return {
        "about": "SHA-256 over 'kez/work/1', a zero byte, the challenge, a zero byte, the key's 32 bytes, and the "
        "nonce as 8 bytes, big-endian, begins with at least 'bits' zero bits. 'nonce' is the first one from 0 on.",
        "done": [_case("a server's challenge", CHALLENGE, ALICE, BITS), *small],
        "not_done": [
            _not_done("another key", CHALLENGE, BOB, found, BITS),
            _not_done("another challenge", CHALLENGE.replace("5e", "6e", 1), ALICE, found, BITS),
            _not_done("the nonce before", CHALLENGE, ALICE, found - 1, BITS),
            _not_done("more bits than it has", CHALLENGE, ALICE, found, 30),
            _not_done("a nonce beyond 32 bits", CHALLENGE, ALICE, found + 2**32, BITS),
        ],
        "refused": [
            {"name": "nothing", "text": "", "error": "malformed"},
            {"name": "no nonce", "text": CHALLENGE, "error": "malformed"},
            {"name": "two spaces", "text": f"{CHALLENGE}  7", "error": "malformed"},
            {"name": "a nonce with a zero in front", "text": f"{CHALLENGE} 07", "error": "malformed"},
            {"name": "a nonce beyond 2^53-1", "text": f"{CHALLENGE} 9007199254740992", "error": "malformed"},
            {"name": "a negative nonce", "text": f"{CHALLENGE} -1", "error": "malformed"},
            {"name": "a challenge that is too long", "text": f"{'x' * 257} 1", "error": "malformed"},
            {"name": "a challenge that is not ASCII", "text": "é 1", "error": "malformed"},
        ],
    }


def _case(name: str, challenge: str, key: SigningKey, bits: int) -> dict[str, Any]:
    nonce = _first(challenge, key, bits)
    return {
        "name": name,
        "challenge": challenge,
        "primary": str(key.primary),
        "bits": bits,
        "nonce": nonce,
        "proof": format_proof(challenge, nonce),
    }


def _not_done(name: str, challenge: str, key: SigningKey, nonce: int, bits: int) -> dict[str, Any]:
    return {"name": name, "challenge": challenge, "primary": str(key.primary), "bits": bits, "nonce": nonce}


def _first(challenge: str, key: SigningKey, bits: int) -> int:
    nonce = find_nonce(challenge, key.primary, bits=bits, start=0, tries=10**6)
    assert nonce is not None  # noqa: S101
    return nonce
