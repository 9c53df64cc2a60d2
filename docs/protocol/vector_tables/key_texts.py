"""Vectors for the forms of keys: hex, phrases, safety numbers, nkeys."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from kezproto import nkeys, phrase
from kezproto.keys import x25519_private, x25519_public
from kezproto.safety_number import safety_number
from vector_tables.cast import ALICE, BOB, MALLORY


def key_forms() -> dict[str, Any]:
    people = {"alice": ALICE, "bob": BOB, "mallory": MALLORY}
    words = phrase.seed_to_phrase(BOB.seed).split()
    return {
        "about": "The cast of all other files: seed, public key, X25519 image, nkey, phrase, safety numbers.",
        "people": [
            {
                "name": name,
                "seed_hex": key.seed.hex(),
                "primary": str(key.primary),
                "x25519_public_hex": x25519_public(key.primary).hex(),
                "x25519_private_hex": x25519_private(key).hex(),
                "user_nkey": nkeys.user_nkey(key.primary),
                "user_seed_nkey": nkeys.encode_seed("U", key.seed),
                "phrase": phrase.seed_to_phrase(key.seed),
            }
            for name, key in people.items()
        ],
        "safety_numbers": [
            {"a": str(a.primary), "b": str(b.primary), "digits": safety_number(a.primary, b.primary)}
            for a, b in ((ALICE, BOB), (BOB, ALICE), (ALICE, MALLORY), (ALICE, ALICE))
        ],
        "typed_phrases": [
            {"text": text, "seed_hex": BOB.seed.hex()}
            for text in (
                "\n " + " \t ".join(words).upper() + " ",
                "\u00a0".join(words),
                "\u3000" + "\u2003\n".join(words),
            )
        ],
        "refused_phrases": [
            {"text": text, "error": "bad_phrase"}
            for text in (
                "",
                " ".join(words[1:]),
                " ".join([*words, "bench"]),
                " ".join([*words[:2], "hodl", *words[3:]]),
                " ".join([*words[1:], words[0]]),
                " ".join([*words[:2], "constructor", *words[3:]]),
                "-".join(words),
                "".join(words),
            )
        ],
    }


# Two bytes before the seed: a public kind instead of S, bits behind the kind, a kind that does not exist.
_BAD_SEED_HEADS = (b"\xa5\x00", b"\x95\x01", b"\x95\x07", b"\x95\x08", b"\x90\x20", b"\x90\x40", b"\x97\xc0")


def _nkey_text(body: bytes) -> str:
    """Any bytes with a right checksum."""
    data = body + binascii.crc_hqx(body, 0).to_bytes(2, "little")
    return base64.b32encode(data).decode().rstrip("=")


def nkey_forms() -> dict[str, Any]:
    user = nkeys.user_nkey(ALICE.primary)
    seed = nkeys.encode_seed("U", ALICE.seed)
    return {
        "about": "nkeys of all kinds over the same 32 bytes, and spellings that must be refused.",
        "raw_hex": ALICE.primary.hex,
        "public": {kind: nkeys.encode_public(kind, ALICE.primary.raw) for kind in "UANXO"},
        "seeds": {kind: nkeys.encode_seed(kind, ALICE.primary.raw) for kind in "UANXO"},
        "refused_users": [
            {"text": text, "error": "bad_nkey"}
            for text in (
                user.lower(),
                user[:-1],
                user + "A",
                user + "=",
                user[:-1] + ("A" if user[-1] != "A" else "B"),
                user[:5] + ("A" if user[5] != "A" else "B") + user[6:],
                nkeys.encode_public("A", ALICE.primary.raw),
                seed,
                "0" + user[1:],
                "",
            )
        ],
        "refused_seeds": [
            {"text": text, "error": "bad_nkey"}
            for text in (
                user,
                seed.lower(),
                seed[:-1],
                # The last letter carries 3 bits of the text; the other 2 must be zero.
                seed[:-1] + chr(ord(seed[-1]) + 1),
                *(_nkey_text(head + ALICE.seed) for head in _BAD_SEED_HEADS),
                seed[:2] + ("A" if seed[2] != "A" else "B") + seed[3:],
                "",
            )
        ],
    }
