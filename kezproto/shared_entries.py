"""One entry of a list of shared files: what the owner offers to one reader, sealed to that reader alone.

    enc (32 bytes) ‖ ciphertext with its tag (16 bytes)        HPKE as in an envelope

with the info `kez/share/1` ‖ 0x00 ‖ the reader's 32 bytes. What is sealed is a frame as in an envelope. The list
names no reader; a reader tries its key on every entry. The entry names its owner, so that nobody can offer a copy of it
as their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from kezproto import fields
from kezproto.bodies import FileBody, parse_body
from kezproto.canonical import canonical_bytes, parse_json
from kezproto.errors import CannotDecrypt, KeyMismatch, Malformed, WrongType
from kezproto.fields import Check, check_fields
from kezproto.keys import Primary, SigningKey, x25519_private, x25519_public
from kezproto.padding import frame, unframe
from kezproto.payloads import MAX_SHARED_ENTRY_BYTES
from kezproto.timestamps import format_timestamp, parse_timestamp

ENTRY_TYPE = "kez.chat.shared_entry"
ENTRY_VERSION = 1
MAX_NOTE_BYTES = 280

_INFO = b"kez/share/1\x00"
_OVERHEAD_BYTES = 32 + 16  # HPKE's enc and tag
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_FIELDS: dict[str, Check] = {
    "type": fields.anything,
    "version": fields.anything,
    "owner": fields.primary,
    "added_at": fields.timestamp,
    "file": fields.json_object,
    "thumbnail": fields.json_object,
    "note": fields.plain_line(1, MAX_NOTE_BYTES),
}


@dataclass(frozen=True, slots=True)
class SharedEntry:
    """`file` is chunked or iroh; `thumbnail`, if there is one, is a chunked picture. `document` is what was sealed."""

    owner: Primary
    added_at: datetime
    file: FileBody
    thumbnail: FileBody | None
    note: str | None
    document: dict[str, Any] = field(repr=False)


def shared_entry_document(
    *,
    owner: Primary,
    added_at: datetime,
    file: Mapping[str, Any],
    thumbnail: Mapping[str, Any] | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    """The entry as JSON, from file bodies. Malformed if `parse_shared_entry` would refuse it."""
    document: dict[str, Any] = {
        "type": ENTRY_TYPE,
        "version": ENTRY_VERSION,
        "owner": str(owner),
        "added_at": format_timestamp(added_at),
        "file": dict(file),
    }
    if thumbnail is not None:
        document["thumbnail"] = dict(thumbnail)
    if note is not None:
        document["note"] = note
    parse_shared_entry(document, owner=owner)
    return document


def parse_shared_entry(document: Any, *, owner: Primary) -> SharedEntry:
    """Malformed, UnknownField, WrongType for another version, KeyMismatch if the entry is of another owner."""
    if not isinstance(document, Mapping):
        raise Malformed("An entry is a JSON object.")
    found = (document.get("type"), document.get("version"))
    if found != (ENTRY_TYPE, ENTRY_VERSION) or isinstance(found[1], bool):
        raise WrongType(f"An entry of type {ENTRY_TYPE}, version {ENTRY_VERSION}, was expected.")
    check_fields(document, _FIELDS, what="entry", optional=frozenset({"thumbnail", "note"}))
    if document["owner"] != str(owner):
        raise KeyMismatch("The entry was made by another owner than the one of this list.")
    thumbnail = _file(document["thumbnail"], "chunked") if "thumbnail" in document else None
    return SharedEntry(
        owner=owner,
        added_at=parse_timestamp(document["added_at"]),
        file=_file(document["file"], "chunked", "iroh"),
        thumbnail=thumbnail,
        note=document.get("note"),
        document=dict(document),
    )


def entry_info(reader: Primary) -> bytes:
    """HPKE's `info` for an entry."""
    return _INFO + reader.raw


def seal_shared_entry(document: Mapping[str, Any], reader: Primary) -> bytes:
    """The sealed entry. Malformed if it becomes larger than a list takes."""
    framed = frame(canonical_bytes(document))
    if _OVERHEAD_BYTES + len(framed) > MAX_SHARED_ENTRY_BYTES:
        raise Malformed(
            f"A sealed entry has at most {MAX_SHARED_ENTRY_BYTES} bytes: shorten its note, or leave out its picture."
        )
    public = X25519PublicKey.from_public_bytes(x25519_public(reader))
    return _SUITE.encrypt(framed, public, info=entry_info(reader))


def open_shared_entry(sealed: bytes, key: SigningKey, *, owner: Primary) -> SharedEntry:
    """CannotDecrypt where it is not for the holder of `key`; BadPadding and the refusals of `parse_shared_entry`."""
    if len(sealed) < _OVERHEAD_BYTES:
        raise CannotDecrypt("This entry was cut short.")
    private = X25519PrivateKey.from_private_bytes(x25519_private(key))
    try:
        framed = _SUITE.decrypt(sealed, private, info=entry_info(key.primary))
    except (InvalidTag, ValueError) as error:
        raise CannotDecrypt("This entry is sealed for another reader, or was changed.") from error
    plaintext = unframe(framed)
    document = parse_json(plaintext)
    entry = parse_shared_entry(document, owner=owner)
    if canonical_bytes(document) != plaintext:
        raise Malformed("The entry was not sealed in its canonical form.")
    return entry


def _file(document: Mapping[str, Any], *modes: str) -> FileBody:
    body = parse_body(document)
    if not isinstance(body, FileBody) or body.mode not in modes:
        raise Malformed(f"An entry leads to a file of mode {' or '.join(modes)}.")
    return body
