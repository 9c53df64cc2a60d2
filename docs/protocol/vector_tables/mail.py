"""messages.json and envelopes.json: signed messages, links between them, and sealed envelopes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kezproto.bodies import receipt_body, text_body
from kezproto.canonical import canonical_bytes, sha256_of
from kezproto.chain_state import Head
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey
from kezproto.messages import message_payload, uuid7
from kezproto.padding import MAX_MESSAGE_BYTES, frame_size
from kezproto.signed import sign
from vector_tables.cast import (
    ALICE,
    ALICE_DEVICE,
    ALICE_HANDLE,
    BOB,
    CREATED,
    MALLORY,
    SERVER,
    Document,
    Mutation,
    as_cases,
    put,
    resigned,
)
from vector_tables.common_mutations import common_mutations
from vector_tables.message_bodies import BODIES, refused_bodies

ID = uuid7(CREATED, bytes(range(10)))
CHAIN = Head(4, "sha256:" + "c4" * 32)


def message(
    *, seq: int = 1, prev: str | None = None, body: dict[str, Any] | None = None, to: Primary = BOB.primary
) -> Document:
    """A message of alice's, signed."""
    payload = message_payload(
        id=uuid7(CREATED + timedelta(seconds=seq - 1), bytes(range(10))),
        sender=ALICE.primary,
        sender_handle=ALICE_HANDLE,
        to=to,
        device=ALICE_DEVICE,
        seq=seq,
        prev=prev,
        chain=CHAIN,
        created_at=CREATED + timedelta(seconds=seq - 1),
        body=body or text_body("Hello, Bob! \U0001f602"),
    )
    return sign("message", payload, ALICE)


def message_from(key: SigningKey, *, to: Primary, seq: int) -> Document:
    """A message of somebody's, signed; each with a text and an id of its own."""
    sender = Handle(f"sender{key.primary.hex[:4]}", SERVER)
    payload = message_payload(
        id=uuid7(CREATED + timedelta(minutes=seq), key.primary.raw[:10]),
        sender=key.primary,
        sender_handle=sender,
        to=to,
        device=ALICE_DEVICE,
        seq=seq,
        prev=None if seq == 1 else "sha256:" + "e1" * 32,
        chain=None,
        created_at=CREATED + timedelta(minutes=seq),
        body=text_body(f"Message {seq}."),
    )
    return sign("message", payload, key)


def messages() -> dict[str, Any]:
    first = message()
    second = message(seq=2, prev=sha256_of(first), body=text_body("Are you there?", reply_to=ID))
    third = message(seq=3, prev=sha256_of(second), body=receipt_body([ID], "read"))
    no_chain = resigned(first, put("chain", {"seq": 0, "head": None}))
    note_to_self = message(to=ALICE.primary)
    with_bodies = [(name, message(body=body)) for name, body in BODIES]
    return {
        "about": "Messages for 'reader'. 'is_self_copy' is about that reader. 'links': what arrives after 'last', "
        "the highest (seq, hash) seen; 'missing' has its first number and the one after its last.",
        "valid": [
            _valid("alice to bob", first, BOB.primary, self_copy=False),
            _valid("alice to bob, read by alice", first, ALICE.primary, self_copy=True),
            _valid("a reply", second, BOB.primary, self_copy=False),
            _valid("a receipt", third, BOB.primary, self_copy=False),
            _valid("before the first sigchain event", no_chain, BOB.primary, self_copy=False),
            _valid("a note to oneself", note_to_self, ALICE.primary, self_copy=False),
            *(
                _valid(f"body: {name}", document, BOB.primary, self_copy=False)
                for name, document in with_bodies
            ),
        ],
        "refused": [
            {**case, "reader": str(BOB.primary)}
            for case in as_cases([*common_mutations(first), *_bad_fields(first), *_bad_bodies(first)])
        ]
        + [
            {
                "name": "read by someone else",
                "error": "not_for_this_reader",
                "document": first,
                "reader": str(MALLORY.primary),
            }
        ],
        "links": _links(first, second, third),
    }


def _valid(name: str, document: Document, reader: Primary, *, self_copy: bool) -> dict[str, Any]:
    return {
        "name": name,
        "reader": str(reader),
        "document": document,
        "payload_canonical_hex": canonical_bytes(document["payload"]).hex(),
        "hash": sha256_of(document),
        "is_self_copy": self_copy,
    }


def _bad_fields(first: Document) -> list[Mutation]:
    link = "sha256:" + "ab" * 32
    table: list[tuple[str, str, str, Any]] = [
        ("id in upper case", "malformed", "id", ID.upper()),
        ("id of version 4", "malformed", "id", ID[:14] + "4" + ID[15:]),
        ("id of another variant", "malformed", "id", ID[:19] + "c" + ID[20:]),
        ("id without dashes", "malformed", "id", ID.replace("-", "")),
        ("to in upper case", "bad_key", "to", str(BOB.primary).upper()),
        ("to of small order", "bad_key", "to", "ed25519:" + "01" + "00" * 31),
        ("to null", "malformed", "to", None),
        ("from_handle without a server", "bad_handle", "from_handle", "alice"),
        ("from_handle in upper case", "bad_handle", "from_handle", "Alice@kez.lat"),
        ("from_handle empty", "malformed", "from_handle", ""),
        ("device in upper case", "malformed", "device", ALICE_DEVICE.upper()),
        ("device cut short", "malformed", "device", ALICE_DEVICE[:-1]),
        ("seq zero", "malformed", "seq", 0),
        ("seq negative", "malformed", "seq", -1),
        ("seq as text", "malformed", "seq", "1"),
        ("prev of another form", "malformed", "prev", "ab" * 32),
        ("prev in a first message", "malformed", "prev", link),
        ("no prev in a later message", "malformed", "seq", 2),
        ("chain null", "malformed", "chain", None),
        ("chain without head", "malformed", "chain", {"seq": 0}),
        ("chain with a head before the first event", "malformed", "chain", {"seq": 0, "head": link}),
        ("chain without a head after an event", "malformed", "chain", {"seq": 1, "head": None}),
        ("chain with a further field", "unknown_field", "chain", {"seq": 0, "head": None, "x": 1}),
        ("body null", "malformed", "body", None),
    ]
    return [(name, code, resigned(first, put(field, value))) for name, code, field, value in table] + [
        ("sent to someone else", "not_for_this_reader", resigned(first, put("to", str(MALLORY.primary))))
    ]


def _bad_bodies(first: Document) -> list[Mutation]:
    return [
        (f"body: {name}", code, resigned(first, put("body", body))) for name, code, body in refused_bodies()
    ]


def _links(first: Document, second: Document, third: Document) -> list[dict[str, Any]]:
    seen = {
        "one": Head(1, sha256_of(first)),
        "two": Head(2, sha256_of(second)),
        "three": Head(3, sha256_of(third)),
    }
    other = resigned(second, put("body", text_body("something else")))
    astray = resigned(second, put("prev", "sha256:" + "00" * 32))
    table: list[tuple[str, Head | None, Document, str | None, str, list[int]]] = [
        ("the very first", None, first, None, "in_order", []),
        ("the next", seen["one"], second, None, "in_order", []),
        ("one is missing", seen["one"], third, None, "gap", [2, 3]),
        ("the first two are missing", None, third, None, "gap", [1, 3]),
        ("the last once more", seen["two"], second, None, "replay", []),
        ("an old one once more", seen["three"], second, sha256_of(second), "replay", []),
        ("an old one that fills a gap", seen["three"], second, None, "late", []),
        ("another one with the last number", seen["two"], other, None, "fork", []),
        ("another one with an old number", seen["three"], other, sha256_of(second), "fork", []),
        ("the next number after another message", seen["one"], astray, None, "fork", []),
    ]
    return [
        {
            "name": name,
            "last": {"seq": last.seq, "hash": last.hash} if last else None,
            "known_hash": known_hash,
            "document": document,
            "kind": kind,
            "missing": missing,
        }
        for name, last, document, known_hash, kind, missing in table
    ]


def padding() -> dict[str, Any]:
    lengths = [
        0,
        1,
        251,
        252,
        253,
        300,
        507,
        508,
        509,
        1000,
        4092,
        4093,
        65536,
        131072,
        200000,
        MAX_MESSAGE_BYTES,
    ]
    return {
        "about": "'frame_bytes' is how much is sealed for a JSON text of 'json_bytes'; more than the last is refused.",
        "sizes": [{"json_bytes": length, "frame_bytes": frame_size(length)} for length in lengths],
    }
