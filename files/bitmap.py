"""Which chunks of a file have come: one bit for each of at most 128, bit 0 for the first chunk. Pure."""

from collections.abc import Iterable, Iterator

from kezproto.payloads import MAX_CHUNKS

HEX_DIGITS = MAX_CHUNKS // 4


def bits_of(indices: Iterable[int]) -> int:
    """The bits of these chunks."""
    bits = 0
    for index in indices:
        bits |= 1 << index
    return bits


def indices_of(bits: int) -> Iterator[int]:
    """The chunks of these bits, in order."""
    return (index for index in range(bits.bit_length()) if bits >> index & 1)


def all_bits(chunks: int) -> int:
    """The bits of a whole file of `chunks` chunks."""
    return (1 << chunks) - 1


def missing_indices(bits: int, chunks: int) -> list[int]:
    """The chunks, in order, that have not come."""
    return list(indices_of(all_bits(chunks) & ~bits))


def to_text(bits: int) -> str:
    """As the database keeps them: 32 hex digits."""
    return f"{bits:0{HEX_DIGITS}x}"


def from_text(text: str) -> int:
    return int(text, 16)
