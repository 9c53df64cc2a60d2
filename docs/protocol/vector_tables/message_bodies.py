"""Bodies of messages: some that are read, and some that are refused."""

from __future__ import annotations

import base64
from typing import Any

from kezproto.digests import digest_of
from kezproto.payloads import MAX_ATTACHMENT_BYTES

Body = dict[str, Any]

_ID = "019e5d07-0000-7000-8000-000000000001"
_DIGEST = "blake3:" + "d1" * 32
_FILE: Body = {"type": "kez-file-v1", "filename": "notes.txt", "mime": "text/plain", "digest": _DIGEST}
_INLINE: Body = {
    **_FILE,
    "mode": "inline",
    "size": 5,
    "digest": digest_of(b"hello"),
    "data": base64.b64encode(b"hello").decode(),
}
_CHUNKED: Body = {
    **_FILE,
    "mode": "chunked",
    "size": 200_000,
    "chunks": 3,
    "file_id": "f1" * 16,
    "file_key": "4e" * 32,
    "plain_digest": "blake3:" + "ee" * 32,
}
_IROH: Body = {**_FILE, "mode": "iroh", "size": 5_000_000_000, "ticket": "blobaaaaexampleticket"}
_TEXT: Body = {"type": "kez-text-v1", "text": "hi"}
_RECEIPT: Body = {"type": "kez-receipt-v1", "of": [_ID], "status": "delivered"}


def _inline(spelling: str, data: bytes) -> Body:
    return {**_INLINE, "size": len(data), "digest": digest_of(data), "data": spelling}


BODIES: list[tuple[str, Body]] = [
    ("inline file", _INLINE),
    ("empty inline file", {**_INLINE, "size": 0, "digest": digest_of(b""), "data": ""}),
    ("chunked file", _CHUNKED),
    ("file over Iroh", _IROH),
    ("receipt for delivery", _RECEIPT),
    ("a type of the future", {"type": "kez-poll-v1", "question": "tea?", "options": ["yes", None, 3]}),
    ("a type of the future with odd names", {"type": "constructor", "__proto__": {"type": "kez-text-v1"}}),
    ("a file mode of the future", {"type": "kez-file-v1", "mode": "pigeon", "ring": 7}),
    ("a file mode with an odd name", {"type": "kez-file-v1", "mode": "constructor"}),
]


def refused_bodies() -> list[tuple[str, str, Body]]:
    """Name, code of the error, body."""
    return [*_texts(), *_receipts(), *_files()]


def _texts() -> list[tuple[str, str, Body]]:
    return [
        ("no type", "malformed", {"text": "hi"}),
        ("type null", "malformed", {"type": None}),
        ("type too long", "malformed", {"type": "x" * 65}),
        ("text missing", "malformed", {"type": "kez-text-v1"}),
        ("text empty", "malformed", {**_TEXT, "text": ""}),
        ("text a number", "malformed", {**_TEXT, "text": 7}),
        ("reply to no id", "malformed", {**_TEXT, "reply_to": "1"}),
        ("reply to null", "malformed", {**_TEXT, "reply_to": None}),
        ("text with a further field", "unknown_field", {**_TEXT, "bold": True}),
    ]


def _receipts() -> list[tuple[str, str, Body]]:
    return [
        ("receipt for nothing", "malformed", {**_RECEIPT, "of": []}),
        ("receipt for one id twice", "malformed", {**_RECEIPT, "of": [_ID, _ID]}),
        ("receipt for no list", "malformed", {**_RECEIPT, "of": _ID}),
        ("receipt for a number", "malformed", {**_RECEIPT, "of": [1]}),
        ("receipt with another status", "malformed", {**_RECEIPT, "status": "seen"}),
        ("receipt without status", "malformed", {"type": "kez-receipt-v1", "of": [_ID]}),
        ("receipt with a further field", "unknown_field", {**_RECEIPT, "at": 1}),
    ]


def _files() -> list[tuple[str, str, Body]]:
    names = ["", ".", "..", "a/b", "a\\b", "a\nb", "a\x00b", "a\u202egpj.exe", "x" * 256]
    return [
        *((f"file name {name[:12]!r}", "malformed", {**_INLINE, "filename": name}) for name in names),
        ("file without mode", "malformed", _FILE),
        ("file with mode null", "malformed", {**_FILE, "mode": None}),
        ("file with no media type", "malformed", {**_INLINE, "mime": "text"}),
        ("file with a media type and more", "malformed", {**_INLINE, "mime": "text/plain; charset=utf-8"}),
        ("file with another digest", "malformed", {**_INLINE, "digest": "sha256:" + "d1" * 32}),
        ("inline file with the digest of another", "malformed", {**_INLINE, "digest": _DIGEST}),
        ("inline file of another size", "malformed", {**_INLINE, "size": 6}),
        ("inline file in base64url", "malformed", _inline("__-_", b"\xff\xff\xbf")),
        ("inline file with stray bits", "malformed", _inline("aB==", b"h")),
        ("inline file without padding", "malformed", {**_INLINE, "data": "aGVsbG8"}),
        ("inline file with a line break", "malformed", {**_INLINE, "data": "aGVs\nbG8="}),
        ("inline file with a key", "unknown_field", {**_INLINE, "file_key": "4e" * 32}),
        ("chunked file without a key", "malformed", {k: v for k, v in _CHUNKED.items() if k != "file_key"}),
        ("chunked file with a wrong count", "malformed", {**_CHUNKED, "chunks": 2}),
        (
            "chunked file too large",
            "malformed",
            {**_CHUNKED, "size": MAX_ATTACHMENT_BYTES + 1, "chunks": 128},
        ),
        ("chunked file with data", "unknown_field", {**_CHUNKED, "data": ""}),
        ("file over Iroh without a ticket", "malformed", {k: v for k, v in _IROH.items() if k != "ticket"}),
        ("file over Iroh with a space", "malformed", {**_IROH, "ticket": "a b"}),
    ]
