"""NATS nkeys, used at the NATS edge only: base32 of kind, 32 key bytes, CRC16 (XMODEM, little-endian).

A seed starts with two bytes instead of one, so that its text begins with `S` and the letter of its kind.
"""

from __future__ import annotations

import base64
import binascii
import re

from kezproto.errors import BadNkey
from kezproto.keys import Primary

# The kind's 5 bits are the letter's place in the base32 alphabet, so that the text starts with the letter.
_KINDS = {"A": 0, "N": 13, "O": 14, "U": 20, "X": 23}
_LETTERS = {number: letter for letter, number in _KINDS.items()}
_SEED = 18
_PUBLIC_TEXT = re.compile(r"[A-Z2-7]{56}")
_SEED_TEXT = re.compile(r"[A-Z2-7]{58}")


def encode_public(prefix: str, raw: bytes) -> str:
    """The nkey of 32 public bytes: U (user), A (account), N (server), X (curve) or O (operator)."""
    if prefix not in _KINDS or len(raw) != 32:
        raise BadNkey
    return _encode(bytes([_KINDS[prefix] << 3]) + raw)


def decode_public(text: str, *, prefix: str) -> bytes:
    """The 32 public bytes. BadNkey for another kind, a wrong checksum, another spelling of the same bytes."""
    if not _PUBLIC_TEXT.fullmatch(text):
        raise BadNkey
    body = _decode(text)
    if prefix not in _KINDS or body[0] != _KINDS[prefix] << 3:
        raise BadNkey(f"An nkey that starts with {prefix} was expected.")
    return body[1:]


def encode_seed(prefix: str, raw: bytes) -> str:
    """The `S…` text of a 32-byte seed of the given kind."""
    if prefix not in _KINDS or len(raw) != 32:
        raise BadNkey
    kind = _KINDS[prefix] << 3
    return _encode(bytes([_SEED << 3 | kind >> 5, (kind & 31) << 3]) + raw)


def decode_seed(text: str) -> tuple[str, bytes]:
    """The kind's letter and the 32 seed bytes."""
    if not _SEED_TEXT.fullmatch(text):
        raise BadNkey("This is not an nkey seed.")
    body = _decode(text)
    kind = (body[0] & 7) << 5 | body[1] >> 3
    if body[0] >> 3 != _SEED or body[1] & 7 or kind & 7 or kind >> 3 not in _LETTERS:
        raise BadNkey("This is not an nkey seed.")
    return _LETTERS[kind >> 3], body[2:]


def user_nkey(primary: Primary) -> str:
    """The `U…` form under which a primary logs in at the broker."""
    return encode_public("U", primary.raw)


def primary_of_nkey(text: str) -> Primary:
    """The primary behind a `U…` nkey: BadNkey for the text, BadKey for the point inside."""
    return Primary(decode_public(text, prefix="U"))


def _encode(body: bytes) -> str:
    checksum = binascii.crc_hqx(body, 0).to_bytes(2, "little")
    return base64.b32encode(body + checksum).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes:
    data = base64.b32decode(text + "=" * (-len(text) % 8))
    # Encoding again also refuses stray bits in the last letter and a wrong checksum.
    if _encode(data[:-2]) != text:
        raise BadNkey("The nkey's checksum is wrong; was it typed by hand?")
    return data[:-2]
