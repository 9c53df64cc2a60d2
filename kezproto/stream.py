"""The STREAM construction: a file sealed chunk by chunk, so that each can be opened alone and none can be moved.

Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance" (2015). Cipher: ChaCha20-Poly1305 (RFC 8439). The nonce is 7 zero bytes ‖ u32 index ‖ one byte
that is 1 for the last chunk; the additional data is the 16-byte id of the file ‖ u32 number of chunks.

Sealing is deterministic: one key must seal the chunks of one file only, once. Whoever seals again from the same file
compares a hash first.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from kezproto.errors import CannotDecrypt, Malformed

KEY_BYTES = 32
ID_BYTES = 16
TAG_BYTES = 16
_MAX_U32 = 2**32 - 1


def seal_chunk(plaintext: bytes | memoryview, *, key: bytes, file_id: bytes, index: int, total: int) -> bytes:
    """The sealed chunk: 16 bytes longer. Malformed if index and total, or the lengths of key and id, cannot be."""
    nonce, bound = _place(key, file_id, index, total)
    return ChaCha20Poly1305(key).encrypt(nonce, plaintext, bound)


def open_chunk(sealed: bytes, *, key: bytes, file_id: bytes, index: int, total: int) -> bytes:
    """What was sealed. CannotDecrypt for anything but exactly this chunk of this file; Malformed as in sealing."""
    nonce, bound = _place(key, file_id, index, total)
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, bound)
    except InvalidTag as error:
        raise CannotDecrypt("This chunk was changed, or belongs to another place or file.") from error


def seal_chunk_into(
    sealed: memoryview, plaintext: memoryview, *, key: bytes, file_id: bytes, index: int, total: int
) -> None:
    """As `seal_chunk`, into memory that is there; `sealed` has exactly the size of the sealed chunk."""
    nonce, bound = _place(key, file_id, index, total)
    ChaCha20Poly1305(key).encrypt_into(nonce, plaintext, bound, sealed)


def open_chunk_into(
    plaintext: memoryview, sealed: memoryview, *, key: bytes, file_id: bytes, index: int, total: int
) -> None:
    """As `open_chunk`, into memory of exactly the size of the plaintext, which is worth nothing after an error."""
    nonce, bound = _place(key, file_id, index, total)
    try:
        ChaCha20Poly1305(key).decrypt_into(nonce, sealed, bound, plaintext)
    except InvalidTag as error:
        raise CannotDecrypt("This chunk was changed, or belongs to another place or file.") from error


def _place(key: bytes, file_id: bytes, index: int, total: int) -> tuple[bytes, bytes]:
    if len(key) != KEY_BYTES or len(file_id) != ID_BYTES:
        raise Malformed("A file's key has 32 bytes and its id has 16.")
    if not 0 <= index < total <= _MAX_U32:
        raise Malformed("A chunk's index is below the number of chunks.")
    last = b"\x01" if index == total - 1 else b"\x00"
    return bytes(7) + index.to_bytes(4, "big") + last, file_id + total.to_bytes(4, "big")
