"""Vectors for what operators read and publish: reports, and the public log."""

from __future__ import annotations

from typing import Any

from kezproto.canonical import sha256_of
from kezproto.chain_state import Head
from kezproto.handles import Handle
from kezproto.report import report_payload
from kezproto.signed import sign
from kezproto.timestamps import format_timestamp
from kezproto.transparency import transparency_head_payload
from vector_tables.cast import (
    ALICE,
    ALICE_HANDLE,
    BOB,
    CREATED,
    MALLORY,
    NOW,
    OTHER_SERVER,
    SERVER,
    Document,
    as_cases,
    changed,
    put,
    raw_sign,
    resigned,
)
from vector_tables.common_mutations import common_mutations
from vector_tables.mail import message_from
from vector_tables.public_objects import about_handles, about_time, valid


def reports() -> dict[str, Any]:
    first, second = (message_from(MALLORY, to=ALICE.primary, seq=seq) for seq in (1, 2))
    payload = report_payload(
        report_id="4e" * 16,
        handle=ALICE_HANDLE,
        primary=ALICE.primary,
        reported=Handle("mallory", SERVER),
        reported_primary=MALLORY.primary,
        category="harassment",
        text="It goes on like this every day. \u2602",
        messages=[first, second],
        created_at=CREATED,
    )
    document = sign("report", payload, ALICE)
    alone = resigned(document, put("messages", []))
    fields: list[tuple[str, str, Any]] = [
        ("category unknown", "category", "rude"),
        ("category null", "category", None),
        ("text too long", "text", "x" * 4001),
        ("text null", "text", None),
        ("report_id in upper case", "report_id", "4E" * 16),
        ("messages null", "messages", None),
        ("messages as an object", "messages", {}),
        ("a message that is text", "messages", ["hello"]),
        ("too many messages", "messages", [first] * 21),
        ("reported_primary null", "reported_primary", None),
        ("a report about oneself", "reported_primary", str(ALICE.primary)),
    ]
    from_alice = message_from(ALICE, to=MALLORY.primary, seq=1)
    messages = [
        ("a message to somebody else", [message_from(MALLORY, to=BOB.primary, seq=1)]),
        ("a message by somebody else", [message_from(BOB, to=ALICE.primary, seq=1)]),
        ("a message of one's own", [from_alice]),
        ("a message that was changed", [first, changed(second, _other_text)]),
        ("a message twice", [first, second, first]),
        ("a message without signature", [{key: first[key] for key in ("kez", "payload")}]),
        ("no message at all", [{}]),
        ("another signed object", [_session_of_mallory()]),
    ]
    return {
        "about": "report: check for 'server' at the moment 'now'. The messages in it are mallory's to alice.",
        "server": SERVER,
        "now": format_timestamp(NOW),
        "valid": [valid("with messages", document), valid("without messages", alone)],
        "refused": as_cases(
            [
                *common_mutations(document),
                *about_handles(document),
                *about_time(document),
                (
                    "reported handle in upper case",
                    "bad_handle",
                    resigned(document, put("reported", "Mallory")),
                ),
                (
                    "reported_primary of small order",
                    "bad_key",
                    resigned(document, put("reported_primary", "ed25519:" + "00" * 32)),
                ),
                *(
                    (name, "malformed", resigned(document, put(field, value)))
                    for name, field, value in fields
                ),
                *(
                    (name, "bad_reported_message", resigned(document, put("messages", found)))
                    for name, found in messages
                ),
            ]
        ),
    }


def transparency() -> dict[str, Any]:
    entries = _entries()
    head = Head(3, sha256_of(entries[-1]))
    payload = transparency_head_payload(server=SERVER, key=ALICE.primary, head=head, created_at=CREATED)
    document = sign("transparency_head", payload, ALICE)
    empty = resigned(resigned(document, put("seq", 0)), put("head", None))
    fields = [
        ("seq negative", "seq", -1),
        ("seq as text", "seq", "3"),
        ("seq zero with a head", "seq", 0),
        ("no head though there are entries", "head", None),
        ("head of another hash", "head", "blake3:" + "00" * 32),
        ("server empty", "server", ""),
    ]
    others = raw_sign("transparency_head", {**payload, "key": str(BOB.primary)}, BOB)
    return {
        "about": "transparency_head: check for 'server', signed by 'key'. 'entries' are linked: each 'prev' is the "
        "hash of the whole entry before. 'broken': lists whose entry 'seq' is the first that does not follow.",
        "server": SERVER,
        "key": str(ALICE.primary),
        "valid": [valid("three entries", document), valid("an empty log", empty)],
        "refused": as_cases(
            [
                *common_mutations(document),
                ("of another server", "wrong_server", resigned(document, put("server", OTHER_SERVER))),
                ("signed by another key", "key_mismatch", others),
                *(
                    (name, "malformed", resigned(document, put(field, value)))
                    for name, field, value in fields
                ),
            ]
        ),
        "entries": [{"entry": entry, "hash": sha256_of(entry)} for entry in entries],
        "broken": _broken(entries),
    }


def _entries() -> list[Document]:
    entries: list[Document] = []
    for action, handle, count in (
        ("suspended", "mallory", 1),
        ("reserved", None, 12),
        ("reinstated", "mallory", 1),
    ):
        entries.append(
            {
                "seq": len(entries) + 1,
                "at": format_timestamp(CREATED),
                "action": action,
                "handle": handle,
                "count": count,
                "prev": sha256_of(entries[-1]) if entries else None,
            }
        )
    return entries


def _broken(entries: list[Document]) -> list[dict[str, Any]]:
    one, two, three = entries
    cases = [
        ("an entry changed", 3, [one, {**two, "count": 13}, three]),
        ("an entry missing", 2, [one, three]),
        ("the first entry missing", 1, [two, three]),
        ("two entries in the wrong order", 2, [one, three, two]),
        ("an entry twice", 2, [one, one]),
        ("a further field", 2, [one, {**two, "reason": "spam"}]),
        ("a field missing", 1, [{key: one[key] for key in one if key != "count"}]),
        ("a number as text", 1, [{**one, "seq": "1"}]),
        ("no entry at all", 2, [one, None]),
        ("a first entry with a hash before it", 1, [{**one, "prev": "sha256:" + "00" * 32}]),
    ]
    return [{"name": name, "seq": seq, "entries": found} for name, seq, found in cases]


def _other_text(document: Document) -> None:
    document["payload"]["body"] = {"type": "kez-text-v1", "text": "I never said that."}


def _session_of_mallory() -> Document:
    payload = {
        "type": "kez.chat.session",
        "version": 1,
        "handle": "mallory",
        "primary": str(MALLORY.primary),
        "server": SERVER,
        "challenge": "5e" * 32,
        "created_at": format_timestamp(CREATED),
    }
    return sign("session", payload, MALLORY)
