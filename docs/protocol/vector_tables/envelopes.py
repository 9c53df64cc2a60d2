"""envelopes.json: sealed with ephemeral keys that are fixed here, which no library allows and no client may do."""

from __future__ import annotations

from typing import Any

from kezproto.canonical import canonical_bytes
from kezproto.envelope import VERSION_BYTE, envelope_info
from kezproto.keys import Primary, SigningKey, x25519_public
from kezproto.padding import frame
from kezproto.tests import second_hpke
from vector_tables.cast import ALICE, BOB, MALLORY, resigned
from vector_tables.mail import message

EPHEMERAL = bytes.fromhex("e9" * 32)
# u-coordinates of small order on Curve25519 and its twist: with each, every shared secret is zero.
SMALL_ORDER = (
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)


def build() -> dict[str, Any]:
    document = message()
    plaintext = canonical_bytes(document)
    framed = frame(plaintext)
    return {
        "about": "'valid': made with 'ephemeral_hex' as HPKE's ephemeral secret; whoever opens them needs only "
        "'reader_seed_hex'. 'refused': with the code of the error that opening and checking must give.",
        "valid": [
            _valid("alice to bob", framed, plaintext, BOB),
            _valid("alice's copy to herself", framed, plaintext, ALICE),
        ],
        "refused": _refused(plaintext, framed),
    }


def seal_frame(framed: bytes, recipient: Primary, *, info: bytes | None = None, aad: bytes = b"") -> bytes:
    enc, context = second_hpke.sender_context(
        EPHEMERAL, x25519_public(recipient), envelope_info(recipient) if info is None else info
    )
    return VERSION_BYTE + enc + context.seal(framed, aad)


def _valid(name: str, framed: bytes, plaintext: bytes, reader: SigningKey) -> dict[str, Any]:
    return {
        "name": name,
        "reader_seed_hex": reader.seed.hex(),
        "ephemeral_hex": EPHEMERAL.hex(),
        "info_hex": envelope_info(reader.primary).hex(),
        "plaintext_hex": plaintext.hex(),
        "frame_hex": framed.hex(),
        "envelope_hex": seal_frame(framed, reader.primary).hex(),
    }


def _refused(plaintext: bytes, framed: bytes) -> list[dict[str, Any]]:
    bob = BOB.primary
    sealed = seal_frame(framed, bob)
    enc = sealed[1:33]
    cases: list[tuple[str, str, bytes]] = [
        ("nothing", "unknown_envelope_version", b""),
        ("version 0", "unknown_envelope_version", b"\x00" + sealed[1:]),
        ("version 1", "unknown_envelope_version", b"\x01" + sealed[1:]),
        ("version 3", "unknown_envelope_version", b"\x03" + sealed[1:]),
        ("only a version", "cannot_decrypt", VERSION_BYTE),
        ("no ciphertext", "cannot_decrypt", sealed[:33]),
        ("cut short", "cannot_decrypt", sealed[:-1]),
        ("a byte more", "cannot_decrypt", sealed + b"\x00"),
        ("a bit of the tag turned", "cannot_decrypt", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        ("a bit of the text turned", "cannot_decrypt", _flip(sealed, 40)),
        ("a bit of enc turned", "cannot_decrypt", _flip(sealed, 5)),
        (
            "the unused top bit of enc set",
            "cannot_decrypt",
            sealed[:32] + bytes([enc[31] | 0x80]) + sealed[33:],
        ),
        ("sealed to someone else", "cannot_decrypt", seal_frame(framed, MALLORY.primary)),
        (
            "info of another recipient",
            "cannot_decrypt",
            seal_frame(framed, bob, info=envelope_info(ALICE.primary)),
        ),
        (
            "info of another version",
            "cannot_decrypt",
            seal_frame(framed, bob, info=b"kez/envelope/1\x00" + bob.raw),
        ),
        ("info missing", "cannot_decrypt", seal_frame(framed, bob, info=b"")),
        ("with aad", "cannot_decrypt", seal_frame(framed, bob, aad=b"aad")),
        *(
            (f"enc of small order {u[:8]}", "cannot_decrypt", _zero_secret(u, framed, bob))
            for u in SMALL_ORDER
        ),
        *((name, "bad_padding", seal_frame(data, bob)) for name, data in _bad_frames(plaintext, framed)),
        ("not JSON", "malformed", seal_frame(frame(b"not JSON"), bob)),
        (
            "JSON that is not canonical",
            "malformed",
            seal_frame(frame(plaintext.replace(b",", b", ", 1)), bob),
        ),
        ("a message for someone else", "not_for_this_reader", seal_frame(frame(_to_mallory()), bob)),
        (
            "a forged signature",
            "bad_signature",
            seal_frame(frame(plaintext.replace(b"Hello", b"Hullo")), bob),
        ),
    ]
    return [
        {"name": name, "reader_seed_hex": BOB.seed.hex(), "envelope_hex": data.hex(), "error": code}
        for name, code, data in cases
    ]


def _bad_frames(plaintext: bytes, framed: bytes) -> list[tuple[str, bytes]]:
    length = len(plaintext)
    return [
        ("an empty frame", b""),
        ("a frame without its length", framed[:3]),
        ("no padding", framed[: 4 + length]),
        ("a byte of padding too few", framed[:-1]),
        ("a byte of padding too many", framed + b"\x00"),
        ("padding that is not zero", framed[:-1] + b"\x01"),
        ("a length beyond the frame", (2**32 - 1).to_bytes(4, "big") + framed[4:]),
        ("a little-endian length", length.to_bytes(4, "little") + framed[4:]),
        ("a small frame below 256 bytes", (2).to_bytes(4, "big") + b"{}" + bytes(2)),
    ]


def _to_mallory() -> bytes:
    document = resigned(message(), lambda payload: payload.update({"to": str(MALLORY.primary)}))
    return canonical_bytes(document)


def _flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _zero_secret(enc_hex: str, framed: bytes, recipient: Primary) -> bytes:
    """An envelope that opens for anyone, if the reader lets an all-zero shared secret pass."""
    enc = bytes.fromhex(enc_hex)
    context = second_hpke.context(bytes(32), enc, x25519_public(recipient), envelope_info(recipient))
    return VERSION_BYTE + enc + context.seal(framed)
