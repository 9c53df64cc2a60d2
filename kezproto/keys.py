"""Ed25519 keys under one strict rule, and their X25519 images.

The rule closes what RFC 8032 leaves open: a public key and the R of a signature must each be the canonical
encoding of a point of the prime-order group other than its neutral element, and S < L. On such input the
equations with and without the cofactor agree, so every correct library gives the same answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from nacl import bindings
from nacl.exceptions import BadSignatureError, CryptoError

from kezproto.errors import BadKey, BadSignature

KEY_PREFIX = "ed25519:"
_HEX_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Primary:
    """A person's ed25519 public key, checked when it is made: 32 bytes, else BadKey."""

    raw: bytes

    def __post_init__(self) -> None:
        if not _is_key(self.raw):
            raise BadKey

    @classmethod
    def parse(cls, text: str) -> Primary:
        """Read `ed25519:` and 64 lower-case hex digits."""
        if not text.startswith(KEY_PREFIX):
            raise BadKey("A primary is written as ed25519: and 64 lower-case hex digits.")
        return cls.from_hex(text.removeprefix(KEY_PREFIX))

    @classmethod
    def from_hex(cls, text: str) -> Primary:
        """Read 64 lower-case hex digits."""
        if not _HEX_KEY.fullmatch(text):
            raise BadKey("A primary is written as ed25519: and 64 lower-case hex digits.")
        return cls(bytes.fromhex(text))

    @property
    def hex(self) -> str:
        return self.raw.hex()

    def __str__(self) -> str:
        return KEY_PREFIX + self.hex


@lru_cache(maxsize=4096)
def _is_key(raw: bytes) -> bool:
    # Asking takes as long as verifying a signature, and one message names the same few keys several times.
    return len(raw) == 32 and bindings.crypto_core_ed25519_is_valid_point(raw)


class SigningKey:
    """The secret half, from its 32-byte seed (which is also the entropy of the recovery phrase)."""

    __slots__ = ("_secret", "primary", "seed")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != 32:
            raise BadKey("A seed has 32 bytes.")
        public, self._secret = bindings.crypto_sign_seed_keypair(seed)
        self.seed = bytes(seed)
        self.primary = Primary(public)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature (RFC 8032, pure, deterministic)."""
        return bindings.crypto_sign(message, self._secret)[:64]

    def __repr__(self) -> str:
        # The seed must not reach a log or a traceback.
        return f"SigningKey(primary={self.primary})"


def verify_signature(primary: Primary, message: bytes, signature: bytes) -> None:
    """BadSignature unless `signature` is `primary`'s over `message` by the strict rule."""
    # libsodium verifies without the cofactor, so the check of R refuses nothing more today; it keeps the
    # answer the same should a later release verify with the cofactor, as some libraries do.
    if len(signature) != 64 or not bindings.crypto_core_ed25519_is_valid_point(signature[:32]):
        raise BadSignature
    try:
        bindings.crypto_sign_open(signature + message, primary.raw)
    except BadSignatureError as error:
        raise BadSignature from error


def x25519_public(primary: Primary) -> bytes:
    """The X25519 public key that envelopes for this primary are sealed to (RFC 7748, the birational map)."""
    try:
        return bindings.crypto_sign_ed25519_pk_to_curve25519(primary.raw)
    except CryptoError as error:
        raise BadKey from error


def x25519_private(key: SigningKey) -> bytes:
    """The X25519 secret that belongs to `x25519_public(key.primary)`: 32 bytes, clamped."""
    return bindings.crypto_sign_ed25519_sk_to_curve25519(key.seed + key.primary.raw)
