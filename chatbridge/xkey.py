"""Sealing between nats-server and the auth callout: NaCl boxes under curve nkeys (`X…`), as nkeys' xkeys.go has it.

A sealed body is the four bytes `xkv1`, a 24-byte nonce, and the box.
"""

from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey

from kezproto.errors import BadNkey
from kezproto.nkeys import decode_public, decode_seed, encode_public

VERSION = b"xkv1"
NONCE_BYTES = 24


class CannotUnseal(ValueError):  # noqa: N818 - reads as what it says
    """The body is not sealed to this key, or was changed on its way."""


class XKey:
    """The callout's curve key, from its `SX…` seed; BadNkey for any other text."""

    def __init__(self, seed: str) -> None:
        kind, raw = decode_seed(seed)
        if kind != "X":
            raise BadNkey("The xkey seed starts with SX.")
        self._private = PrivateKey(raw)
        self.public = encode_public("X", bytes(self._private.public_key))

    def seal(self, data: bytes, *, recipient: str) -> bytes:
        """`data` sealed to the `X…` key `recipient`, with a random nonce."""
        return VERSION + bytes(self._box(recipient).encrypt(data))

    def open(self, sealed: bytes, *, sender: str) -> bytes:
        """What `sender` (`X…`) sealed to us; CannotUnseal otherwise."""
        if not sealed.startswith(VERSION) or len(sealed) < len(VERSION) + NONCE_BYTES:
            raise CannotUnseal("The request is not sealed in a form that this server knows.")
        try:
            return self._box(sender).decrypt(sealed[len(VERSION) :])
        except CryptoError as error:
            raise CannotUnseal("The request is not sealed to this server's xkey.") from error

    def _box(self, other: str) -> Box:
        try:
            return Box(self._private, PublicKey(decode_public(other, prefix="X")))
        except BadNkey as error:
            raise CannotUnseal("The other side's xkey is not one.") from error
