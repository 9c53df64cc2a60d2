"""Envelope version 2: HPKE base mode (RFC 9180) around a padded, signed object.

    0x02 ‖ enc (32 bytes) ‖ ciphertext with its tag (16 bytes)

What is sealed is a frame: u32 length (big-endian) ‖ canonical JSON ‖ zeros up to the padded size.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from kezproto.canonical import canonical_bytes
from kezproto.errors import CannotDecrypt, EnvelopeTooLarge, Malformed, UnknownEnvelopeVersion
from kezproto.keys import Primary, SigningKey, x25519_private, x25519_public
from kezproto.messages import Message, verify_message
from kezproto.padding import MAX_ENVELOPE_BYTES, OVERHEAD_BYTES, frame, padme, unframe

__all__ = [
    "MAX_ENVELOPE_BYTES",
    "VERSION_BYTE",
    "envelope_info",
    "open_envelope",
    "open_message",
    "padme",
    "seal",
]

VERSION_BYTE = b"\x02"

_INFO = b"kez/envelope/2\x00"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def envelope_info(recipient: Primary) -> bytes:
    """HPKE's `info`: it binds the envelope's purpose, version, and the recipient's ed25519 key."""
    return _INFO + recipient.raw


def seal(document: Mapping[str, Any], recipient: Primary) -> bytes:
    """Seal a signed object to a recipient. The ephemeral key is drawn inside `cryptography`."""
    public = X25519PublicKey.from_public_bytes(x25519_public(recipient))
    sealed = _SUITE.encrypt(frame(canonical_bytes(document)), public, info=envelope_info(recipient))
    return VERSION_BYTE + sealed


def open_envelope(data: bytes, key: SigningKey) -> bytes:
    """The canonical JSON inside. UnknownEnvelopeVersion, EnvelopeTooLarge, CannotDecrypt or BadPadding."""
    if data[:1] != VERSION_BYTE:
        raise UnknownEnvelopeVersion
    if len(data) > MAX_ENVELOPE_BYTES:
        raise EnvelopeTooLarge
    if len(data) < OVERHEAD_BYTES:
        raise CannotDecrypt("This envelope was cut short.")
    private = X25519PrivateKey.from_private_bytes(x25519_private(key))
    try:
        framed = _SUITE.decrypt(data[1:], private, info=envelope_info(key.primary))
    except (InvalidTag, ValueError) as error:
        # ValueError: an `enc` of small order, for which the shared secret is all zeros (RFC 9180, 7.1.4).
        raise CannotDecrypt from error
    return unframe(framed)


def open_message(data: bytes, key: SigningKey) -> Message:
    """Open an envelope and check the message in it for the reader who holds `key`.

    Any ProtocolError: CannotOpen for the envelope and for someone else's message, else what `verify_message` says.
    """
    plaintext = open_envelope(data, key)
    message = verify_message(plaintext, reader=key.primary)
    if canonical_bytes(message.document) != plaintext:
        raise Malformed("The message was not sealed in its canonical form.")
    return message
