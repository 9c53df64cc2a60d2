"""Framing and padding of what is sealed: the size on the wire tells little of the size inside."""

from __future__ import annotations

from kezproto.errors import BadPadding, EnvelopeTooLarge

MIN_FRAME_BYTES = 256
MAX_ENVELOPE_BYTES = 262144
OVERHEAD_BYTES = 1 + 32 + 16
LENGTH_BYTES = 4
# The largest Padmé size that fits: of this size, frames come in steps of 4,096 bytes.
MAX_FRAME_BYTES = (MAX_ENVELOPE_BYTES - OVERHEAD_BYTES) // 4096 * 4096
MAX_MESSAGE_BYTES = MAX_FRAME_BYTES - LENGTH_BYTES


def padme(size: int) -> int:
    """The Padmé size for `size` bytes: it leaks O(log log size) bits and adds at most 12 %.

    Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs" (2019).
    """
    if size < 2:
        return size
    exponent = size.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    mask = (1 << free_bits) - 1
    return (size + mask) & ~mask


def frame_size(length: int) -> int:
    """How many bytes are sealed for a JSON text of `length` bytes."""
    return max(MIN_FRAME_BYTES, padme(LENGTH_BYTES + length))


def frame(plaintext: bytes) -> bytes:
    """Length, plaintext, zeros. EnvelopeTooLarge above `MAX_MESSAGE_BYTES`."""
    if len(plaintext) > MAX_MESSAGE_BYTES:
        raise EnvelopeTooLarge(f"A message holds at most {MAX_MESSAGE_BYTES} bytes.")
    framed = len(plaintext).to_bytes(LENGTH_BYTES, "big") + plaintext
    return framed.ljust(frame_size(len(plaintext)), b"\x00")


def unframe(framed: bytes) -> bytes:
    """The plaintext of a frame. BadPadding unless `frame` would make exactly this frame of it."""
    length = int.from_bytes(framed[:LENGTH_BYTES], "big")
    plaintext = framed[LENGTH_BYTES : LENGTH_BYTES + length]
    if len(plaintext) > MAX_MESSAGE_BYTES or frame(plaintext) != framed:
        raise BadPadding
    return plaintext
