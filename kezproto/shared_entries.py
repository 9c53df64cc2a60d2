"""One entry of a list of shared files: what the owner offers to one reader, sealed to that reader alone.

    enc (32 bytes) ‖ ciphertext with its tag (16 bytes)        HPKE as in an envelope

with the info `kez/share/1` ‖ 0x00 ‖ the reader's 32 bytes. What is sealed is a frame as in an envelope. The list
names no reader; a reader tries its key on every entry. The entry names its owner, so that nobody can offer a copy of it
as their own.

The owner seals entries to themself as well: these name the readers, so that every device of theirs can make the next
list out of this one.
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
from kezproto.handles import Handle, parse_full_handle
from kezproto.keys import Primary, SigningKey, x25519_private, x25519_public
from kezproto.padding import frame, frame_size, unframe
from kezproto.payloads import MAX_SHARED_ENTRY_BYTES
from kezproto.timestamps import format_timestamp, parse_timestamp

ENTRY_TYPE = "kez.chat.shared_entry"
ENTRY_VERSION = 1
MAX_NOTE_BYTES = 280

_INFO = b"kez/share/1\x00"
_OVERHEAD_BYTES = 32 + 16  # HPKE's enc and tag
_ONLY_OWNER = "Only an entry that the owner seals to themself names readers."
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def _readers(value: Any) -> None:
    fields.json_object(value)
    if not value:
        raise Malformed("must name a reader.")
    for primary in sorted(value):
        fields.primary(primary)
        if not isinstance(value[primary], str):
            raise Malformed("must give each reader's handle as text.")
        parse_full_handle(value[primary])


_FIELDS: dict[str, Check] = {
    "type": fields.anything,
    "version": fields.anything,
    "owner": fields.primary,
    "added_at": fields.timestamp,
    "file": fields.json_object,
    "thumbnail": fields.json_object,
    "note": fields.plain_line(1, MAX_NOTE_BYTES),
    "expires_at": fields.timestamp,
    "readers": _readers,
}
_OPTIONAL = frozenset({"thumbnail", "note", "expires_at", "readers"})


@dataclass(frozen=True, slots=True)
class SharedEntry:
    """`file` is chunked or iroh; `thumbnail`, if there is one, is a chunked picture. `document` is what was sealed.

    `expires_at`: until when the server keeps a chunked file, as its owner was told. `readers`, by primary, is what the
    owner calls them; only an entry that the owner sealed to themself has it. Several of these may be about one file.
    """

    owner: Primary
    added_at: datetime
    file: FileBody
    thumbnail: FileBody | None
    note: str | None
    expires_at: datetime | None
    readers: Mapping[Primary, Handle] | None
    document: dict[str, Any] = field(repr=False)


def shared_entry_document(
    *,
    owner: Primary,
    added_at: datetime,
    file: Mapping[str, Any],
    thumbnail: Mapping[str, Any] | None = None,
    note: str | None = None,
    expires_at: datetime | None = None,
    readers: Mapping[Primary, Handle] | None = None,
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
    if expires_at is not None:
        document["expires_at"] = format_timestamp(expires_at)
    if readers is not None:
        document["readers"] = {str(primary): str(handle) for primary, handle in readers.items()}
    parse_shared_entry(document, owner=owner)
    return document


def parse_shared_entry(document: Any, *, owner: Primary) -> SharedEntry:
    """Malformed, UnknownField, WrongType for another version, KeyMismatch if the entry is of another owner."""
    if not isinstance(document, Mapping):
        raise Malformed("An entry is a JSON object.")
    found = (document.get("type"), document.get("version"))
    if found != (ENTRY_TYPE, ENTRY_VERSION) or isinstance(found[1], bool):
        raise WrongType(f"An entry of type {ENTRY_TYPE}, version {ENTRY_VERSION}, was expected.")
    check_fields(document, _FIELDS, what="entry", optional=_OPTIONAL)
    if document["owner"] != str(owner):
        raise KeyMismatch("The entry was made by another owner than the one of this list.")
    file = _file(document["file"], "chunked", "iroh")
    thumbnail = _file(document["thumbnail"], "chunked") if "thumbnail" in document else None
    return SharedEntry(
        owner=owner,
        added_at=parse_timestamp(document["added_at"]),
        file=file,
        thumbnail=thumbnail,
        note=document.get("note"),
        expires_at=parse_timestamp(document["expires_at"]) if "expires_at" in document else None,
        readers=_named(document["readers"]) if "readers" in document else None,
        document=dict(document),
    )


def entry_info(reader: Primary) -> bytes:
    """HPKE's `info` for an entry."""
    return _INFO + reader.raw


def sealed_entry_size(document: Mapping[str, Any]) -> int:
    """How many bytes the sealed entry has; a list takes up to `MAX_SHARED_ENTRY_BYTES`."""
    return _OVERHEAD_BYTES + frame_size(len(canonical_bytes(document)))


def seal_shared_entry(document: Mapping[str, Any], reader: Primary) -> bytes:
    """The sealed entry. Malformed if it becomes larger than a list takes, or would tell one reader of others."""
    if isinstance(document, Mapping) and "readers" in document and document.get("owner") != str(reader):
        raise Malformed(_ONLY_OWNER)
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
    if entry.readers is not None and key.primary != owner:
        raise Malformed(_ONLY_OWNER)
    if canonical_bytes(document) != plaintext:
        raise Malformed("The entry was not sealed in its canonical form.")
    return entry


def _named(readers: Mapping[str, str]) -> dict[Primary, Handle]:
    return {Primary.parse(primary): parse_full_handle(handle) for primary, handle in readers.items()}


def _file(document: Mapping[str, Any], *modes: str) -> FileBody:
    body = parse_body(document)
    if not isinstance(body, FileBody) or body.mode not in modes:
        raise Malformed(f"An entry leads to a file of mode {' or '.join(modes)}.")
    return body
