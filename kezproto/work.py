"""Proof of work: what a server may ask for while many register at once.

The work is for one challenge and one key, so a solution is worth nothing to anybody else.
"""

from __future__ import annotations

import hashlib
import re

from kezproto.canonical import MAX_INTEGER
from kezproto.errors import Malformed
from kezproto.keys import Primary

MAX_BITS = 40

_LABEL = b"kez/work/1\x00"
_CHALLENGE = re.compile(r"[!-~]{1,256}")
_PROOF = re.compile(r"([!-~]{1,256}) (0|[1-9][0-9]{0,15})")


def work_is_done(challenge: str, primary: Primary, nonce: int, *, bits: int) -> bool:
    """Whether SHA-256 over label, challenge, a zero byte, key and nonce (8 bytes, big-endian) begins with so many zero
    bits. Malformed for what is no challenge or nonce."""
    if not 0 <= nonce <= MAX_INTEGER:
        raise Malformed("A nonce lies between 0 and 2^53-1.")
    digest = hashlib.sha256(_prefix(challenge, primary) + nonce.to_bytes(8, "big")).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0


def find_nonce(challenge: str, primary: Primary, *, bits: int, start: int, tries: int) -> int | None:
    """The first nonce from `start` on that does the work, None if none of `tries` does."""
    if not 0 <= bits <= MAX_BITS:
        raise Malformed(f"More than {MAX_BITS} bits of work are too many.")
    begun = hashlib.sha256(_prefix(challenge, primary))
    limit = 1 << (256 - bits)
    for nonce in range(start, start + tries):
        attempt = begun.copy()
        attempt.update(nonce.to_bytes(8, "big"))
        if int.from_bytes(attempt.digest(), "big") < limit:
            return nonce
    return None


def format_proof(challenge: str, nonce: int) -> str:
    """How a solution travels: the value of the header `Kez-Proof-Of-Work`."""
    return f"{challenge} {nonce}"


def parse_proof(text: str) -> tuple[str, int]:
    """Challenge and nonce. Malformed for anything else."""
    match = _PROOF.fullmatch(text)
    if match is None or int(match[2]) > MAX_INTEGER:
        raise Malformed("A proof of work is a challenge, a space, and a nonce.")
    return match[1], int(match[2])


def _prefix(challenge: str, primary: Primary) -> bytes:
    if not _CHALLENGE.fullmatch(challenge):
        raise Malformed("A challenge is 1 to 256 printable ASCII characters without spaces.")
    return _LABEL + challenge.encode("ascii") + b"\x00" + primary.raw
