"""signals.json: signed signals, the refused ones, and sealed ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kezproto.canonical import canonical_bytes, sha256_of
from kezproto.keys import SigningKey
from kezproto.padding import frame
from kezproto.signals import signal_payload
from kezproto.signed import sign
from kezproto.timestamps import format_timestamp
from vector_tables.cast import (
    ALICE,
    BOB,
    CREATED,
    MALLORY,
    NOW,
    Document,
    Mutation,
    as_cases,
    put,
    resigned,
)
from vector_tables.common_mutations import common_mutations
from vector_tables.envelopes import EPHEMERAL, seal_frame
from vector_tables.mail import message

OLDEST = timedelta(seconds=60)
TICK = timedelta(microseconds=1)


def build() -> dict[str, Any]:
    typing = sign(
        "signal",
        signal_payload(sender=ALICE.primary, to=BOB.primary, kind="typing", created_at=CREATED),
        ALICE,
    )
    return {
        "about": "signal: check for 'reader' at the moment 'now'. 'sealed': opened by 'reader_seed_hex'. What is "
        "refused is ignored.",
        "reader": str(BOB.primary),
        "now": format_timestamp(NOW),
        "valid": [
            _valid("typing", typing),
            _valid("online", resigned(typing, put("kind", "online"))),
            _valid("60 s old", _made_at(typing, -OLDEST)),
            _valid("60 s ahead", _made_at(typing, OLDEST)),
        ],
        "refused": as_cases([*common_mutations(typing), *_bad_fields(typing)]),
        "sealed": _sealed(typing),
        "sealed_refused": _sealed_refused(typing),
    }


def _valid(name: str, document: Document) -> dict[str, Any]:
    return {
        "name": name,
        "document": document,
        "payload_canonical_hex": canonical_bytes(document["payload"]).hex(),
        "hash": sha256_of(document),
        "sender": str(ALICE.primary),
        "kind": document["payload"]["kind"],
    }


def _made_at(document: Document, away: timedelta) -> Document:
    return resigned(document, put("created_at", format_timestamp(NOW + away)))


def _bad_fields(typing: Document) -> list[Mutation]:
    back = signal_payload(sender=ALICE.primary, to=ALICE.primary, kind="typing", created_at=CREATED)
    return [
        ("another kind", "malformed", resigned(typing, put("kind", "asleep"))),
        ("kind in upper case", "malformed", resigned(typing, put("kind", "TYPING"))),
        ("kind null", "malformed", resigned(typing, put("kind", None))),
        ("kind a list", "malformed", resigned(typing, put("kind", ["typing"]))),
        ("to null", "malformed", resigned(typing, put("to", None))),
        ("to of small order", "bad_key", resigned(typing, put("to", "ed25519:" + "01" + "00" * 31))),
        ("to in upper case", "bad_key", resigned(typing, put("to", str(BOB.primary).upper()))),
        ("for someone else", "not_for_this_reader", resigned(typing, put("to", str(MALLORY.primary)))),
        ("for its sender", "not_for_this_reader", sign("signal", back, ALICE)),
        ("a tick too old", "stale", _made_at(typing, -OLDEST - TICK)),
        ("a tick too far ahead", "stale", _made_at(typing, OLDEST + TICK)),
    ]


def _sealed(typing: Document) -> list[dict[str, Any]]:
    framed = frame(canonical_bytes(typing))
    return [
        {
            "name": "alice to bob",
            "reader_seed_hex": BOB.seed.hex(),
            "ephemeral_hex": EPHEMERAL.hex(),
            "frame_hex": framed.hex(),
            "envelope_hex": seal_frame(framed, BOB.primary).hex(),
            "kind": "typing",
        }
    ]


def _sealed_refused(typing: Document) -> list[dict[str, Any]]:
    plaintext = canonical_bytes(typing)
    loose = plaintext.replace(b",", b", ", 1)
    forged = plaintext.replace(b'"kind":"typing"', b'"kind":"online"')
    cases: list[tuple[str, str, bytes, SigningKey]] = [
        ("a message", "wrong_tag", canonical_bytes(message()), BOB),
        ("JSON that is not canonical", "malformed", loose, BOB),
        ("another kind under the signature", "bad_signature", forged, BOB),
        ("passed on to someone else", "not_for_this_reader", plaintext, MALLORY),
    ]
    found = [
        {
            "name": name,
            "reader_seed_hex": reader.seed.hex(),
            "envelope_hex": seal_frame(frame(content), reader.primary).hex(),
            "error": code,
        }
        for name, code, content, reader in cases
    ]
    for_mallory = seal_frame(frame(plaintext), MALLORY.primary)
    found.append(
        {
            "name": "sealed to someone else",
            "reader_seed_hex": BOB.seed.hex(),
            "envelope_hex": for_mallory.hex(),
            "error": "cannot_decrypt",
        }
    )
    return found
