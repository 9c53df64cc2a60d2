"""Signed objects that servers check: a valid one of each kind, and the mutations that must be refused."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from kezproto.canonical import canonical_bytes, sha256_of
from kezproto.digests import digest_of_parts
from kezproto.file_announcement import file_announcement_payload
from kezproto.file_chunks import access_digest, access_token, sealed_chunks
from kezproto.payloads import MAX_ATTACHMENT_BYTES, MAX_SHARED_ENTRY_BYTES
from kezproto.registration import registration_payload
from kezproto.session import session_payload
from kezproto.shared_files import shared_files_payload
from kezproto.signed import sign
from kezproto.timestamps import format_timestamp
from vector_tables.cast import (
    ALICE,
    ALICE_HANDLE,
    CREATED,
    NOW,
    OTHER_SERVER,
    SERVER,
    Document,
    Mutation,
    as_cases,
    changed,
    counting,
    put,
    resigned,
)
from vector_tables.common_mutations import common_mutations
from vector_tables.file_bodies import SIZE
from vector_tables.file_chunks import FILE_ID, KEY

CHALLENGE = "5e" * 32
TOO_EARLY = format_timestamp(NOW - timedelta(seconds=301))
TOO_LATE = format_timestamp(NOW + timedelta(seconds=301))
A_TICK_TOO_EARLY = format_timestamp(NOW - timedelta(seconds=300, microseconds=1))
EARLIEST = format_timestamp(NOW - timedelta(seconds=300))


def registrations() -> dict[str, Any]:
    payload = registration_payload(handle=ALICE_HANDLE, primary=ALICE.primary, created_at=CREATED)
    document = sign("handle_registration", payload, ALICE)
    return {
        "about": "handle_registration: check for 'server' at the moment 'now'.",
        "server": SERVER,
        "now": format_timestamp(NOW),
        "valid": [
            valid("registration", document),
            valid("300 s old", resigned(document, put("created_at", EARLIEST))),
        ],
        "refused": as_cases([*common_mutations(document), *about_handles(document), *about_time(document)]),
    }


def sessions() -> dict[str, Any]:
    payload = session_payload(
        handle=ALICE_HANDLE, primary=ALICE.primary, challenge=CHALLENGE, created_at=CREATED
    )
    document = sign("session", payload, ALICE)
    return {
        "about": "session: check for 'server' and 'challenge' at the moment 'now'.",
        "server": SERVER,
        "challenge": CHALLENGE,
        "now": format_timestamp(NOW),
        "valid": [valid("session", document)],
        "refused": as_cases(
            [
                *common_mutations(document),
                *about_handles(document),
                *about_time(document),
                ("another challenge", "stale", resigned(document, put("challenge", "00" * 32))),
                (
                    "challenge in upper case",
                    "malformed",
                    resigned(document, put("challenge", CHALLENGE.upper())),
                ),
                ("challenge cut short", "malformed", resigned(document, put("challenge", CHALLENGE[:-2]))),
                ("challenge null", "malformed", resigned(document, put("challenge", None))),
            ]
        ),
    }


def file_announcements() -> dict[str, Any]:
    payload = file_announcement_payload(
        primary=ALICE.primary,
        server=SERVER,
        file_id=FILE_ID,
        size=SIZE,
        digest=digest_of_parts(sealed_chunks(counting(SIZE), file_key=KEY, file_id=FILE_ID)),
        access=access_digest(access_token(KEY)),
        created_at=CREATED,
    )
    document = sign("file_announcement", payload, ALICE)
    fields = [
        ("no chunks at all", "chunks", 0),
        ("a chunk too few", "chunks", 2),
        ("a chunk too many", "chunks", 4),
        ("chunks as text", "chunks", "3"),
        ("chunks true", "chunks", True),
        ("size zero", "size", 0),
        ("size negative", "size", -1),
        ("size beyond the limit", "size", MAX_ATTACHMENT_BYTES + 1),
        ("size null", "size", None),
        ("file_id in upper case", "file_id", "F1" * 16),
        ("file_id cut short", "file_id", "f1" * 15),
        ("digest without its prefix", "digest", "d1" * 32),
        ("digest of another hash", "digest", "sha256:" + "d1" * 32),
        ("access in upper case", "access", "blake3:" + "AC" * 32),
        ("access null", "access", None),
    ]
    return {
        "about": "file_announcement: check for 'server' at the moment 'now'.",
        "server": SERVER,
        "now": format_timestamp(NOW),
        "valid": [valid("announcement", document)],
        "refused": as_cases(
            [
                *common_mutations(document),
                *about_time(document),
                (
                    "signed for another server",
                    "wrong_server",
                    resigned(document, put("server", OTHER_SERVER)),
                ),
                *(
                    (name, "malformed", resigned(document, put(field, value)))
                    for name, field, value in fields
                ),
            ]
        ),
    }


def shared_files_lists() -> dict[str, Any]:
    entries = [bytes([number]) * 80 for number in (3, 1, 2)]
    payload = shared_files_payload(primary=ALICE.primary, version_no=4, entries=entries, created_at=CREATED)
    document = sign("shared_files", payload, ALICE)
    empty = resigned(document, put("entries", []))
    first = payload["entries"][0]
    fields = [
        ("version_no zero", "version_no", 0),
        ("version_no true", "version_no", True),
        ("version_no as text", "version_no", "4"),
        ("entries null", "entries", None),
        ("entries as an object", "entries", {}),
        ("an entry twice", "entries", [first, first]),
        ("an entry that is a number", "entries", [7]),
        ("an entry too short to be sealed", "entries", [_entry(bytes(48))]),
        ("an entry too long", "entries", [_entry(bytes(MAX_SHARED_ENTRY_BYTES + 1))]),
        ("an entry with padding characters", "entries", [first + "="]),
        ("an entry in the other alphabet", "entries", [base64.b64encode(b"\xff" * 80).decode().rstrip("=")]),
        ("an entry with stray bits", "entries", [_entry(bytes(49))[:-1] + "B"]),
    ]
    return {
        "about": "shared_files: no server and no moment is needed. Entries are base64url without padding.",
        "valid": [valid("list", document), valid("empty list", empty)],
        "refused": as_cases(
            [
                *common_mutations(document),
                *(
                    (name, "malformed", resigned(document, put(field, value)))
                    for name, field, value in fields
                ),
            ]
        ),
    }


def _entry(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def valid(name: str, document: Document) -> dict[str, Any]:
    return {
        "name": name,
        "document": document,
        "payload_canonical_hex": canonical_bytes(document["payload"]).hex(),
        "hash": sha256_of(document),
    }


def about_handles(document: Document) -> list[Mutation]:
    """For objects that name a handle and a server."""
    handles = ["Alice", "al", "a" * 33, "-alice", "alice@kez.lat", "@alice", "alíce", "alice\n", " alice"]
    return [
        ("signed for another server", "wrong_server", resigned(document, put("server", OTHER_SERVER))),
        ("server in upper case", "wrong_server", resigned(document, put("server", SERVER.upper()))),
        ("server empty", "malformed", resigned(document, put("server", ""))),
        ("server null", "malformed", resigned(document, put("server", None))),
        *((f"handle {text!r}", "bad_handle", resigned(document, put("handle", text))) for text in handles),
        ("handle empty", "malformed", resigned(document, put("handle", ""))),
        ("handle a number", "malformed", resigned(document, put("handle", 7))),
        (
            "handle changed after signing",
            "bad_signature",
            changed(document, lambda target: target["payload"].update({"handle": "mallory"})),
        ),
        ("primary null", "malformed", resigned(document, put("primary", None))),
        ("primary in upper case", "bad_key", resigned(document, put("primary", str(ALICE.primary).upper()))),
        ("primary of small order", "bad_key", resigned(document, put("primary", "ed25519:" + "00" * 32))),
    ]


def about_time(document: Document) -> list[Mutation]:
    return [
        ("signed a microsecond too early", "stale", resigned(document, put("created_at", A_TICK_TOO_EARLY))),
        ("signed 301 s ago", "stale", resigned(document, put("created_at", TOO_EARLY))),
        ("signed 301 s ahead", "stale", resigned(document, put("created_at", TOO_LATE))),
    ]
