"""A second HPKE (RFC 9180, base mode, this project's one suite), written from the RFC for tests only.

It differs from the library in what tests need: the ephemeral key is an argument, and there is aad.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEM_SUITE = b"KEM" + (0x0020).to_bytes(2, "big")
HPKE_SUITE = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (0x0020, 0x0001, 0x0003))


@dataclass(frozen=True)
class Context:
    """What both sides hold after the key schedule (RFC 9180, 5.1)."""

    shared_secret: bytes
    key_schedule_context: bytes
    secret: bytes
    key: bytes
    base_nonce: bytes
    exporter_secret: bytes

    def nonce(self, sequence: int) -> bytes:
        counter = sequence.to_bytes(len(self.base_nonce), "big")
        return bytes(a ^ b for a, b in zip(self.base_nonce, counter, strict=True))

    def seal(self, plaintext: bytes, aad: bytes = b"", sequence: int = 0) -> bytes:
        return ChaCha20Poly1305(self.key).encrypt(self.nonce(sequence), plaintext, aad)

    def open(self, ciphertext: bytes, aad: bytes = b"", sequence: int = 0) -> bytes:
        return ChaCha20Poly1305(self.key).decrypt(self.nonce(sequence), ciphertext, aad)


def extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, hashlib.sha256)


def expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    output, block, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.digest(key, block + labelled + bytes([counter]), hashlib.sha256)
        output, counter = output + block, counter + 1
    return output[:length]


def derive_private(ikm: bytes) -> bytes:
    """DeriveKeyPair for X25519 (RFC 9180, 7.1.3)."""
    return expand(KEM_SUITE, extract(KEM_SUITE, b"", b"dkp_prk", ikm), b"sk", b"", 32)


def public_of(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def exchange(private: bytes, public: bytes) -> bytes:
    own = X25519PrivateKey.from_private_bytes(private)
    return own.exchange(X25519PublicKey.from_public_bytes(public))


def context(dh: bytes, enc: bytes, recipient: bytes, info: bytes) -> Context:
    """The key schedule from a Diffie-Hellman result on."""
    eae_prk = extract(KEM_SUITE, b"", b"eae_prk", dh)
    shared_secret = expand(KEM_SUITE, eae_prk, b"shared_secret", enc + recipient, 32)
    psk_id_hash = extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
    info_hash = extract(HPKE_SUITE, b"", b"info_hash", info)
    schedule = b"\x00" + psk_id_hash + info_hash
    secret = extract(HPKE_SUITE, shared_secret, b"secret", b"")
    return Context(
        shared_secret=shared_secret,
        key_schedule_context=schedule,
        secret=secret,
        key=expand(HPKE_SUITE, secret, b"key", schedule, 32),
        base_nonce=expand(HPKE_SUITE, secret, b"base_nonce", schedule, 12),
        exporter_secret=expand(HPKE_SUITE, secret, b"exp", schedule, 32),
    )


def sender_context(ephemeral: bytes, recipient: bytes, info: bytes) -> tuple[bytes, Context]:
    """`enc` and the context, for a recipient's public key."""
    enc = public_of(ephemeral)
    return enc, context(exchange(ephemeral, recipient), enc, recipient, info)


def recipient_context(enc: bytes, private: bytes, info: bytes) -> Context:
    return context(exchange(private, enc), enc, public_of(private), info)
