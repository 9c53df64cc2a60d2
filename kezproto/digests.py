"""BLAKE3, as it is written in the protocol: `blake3:` and 64 lower-case hex digits."""

from __future__ import annotations

from collections.abc import Iterable

from blake3 import blake3

DIGEST_PREFIX = "blake3:"


def digest_of(data: bytes) -> str:
    return digest_of_parts((data,))


def digest_of_parts(parts: Iterable[bytes]) -> str:
    """The digest of the parts as one text of bytes, in their order."""
    hasher = blake3()
    for part in parts:
        hasher.update(part)
    return DIGEST_PREFIX + hasher.hexdigest()
