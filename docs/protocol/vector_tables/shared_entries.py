"""shared_entries.json: entries of a list of shared files, as documents and sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from kezproto.bodies import chunked_file_body, inline_file_body, iroh_file_body, text_body
from kezproto.canonical import canonical_bytes
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey, x25519_public
from kezproto.padding import frame, frame_size
from kezproto.payloads import MAX_SHARED_ENTRY_BYTES
from kezproto.shared_entries import MAX_NOTE_BYTES, entry_info, shared_entry_document
from kezproto.tests import second_hpke
from kezproto.timestamps import format_timestamp
from vector_tables.cast import (
    ALICE,
    BOB,
    CREATED,
    MALLORY,
    OTHER_SERVER,
    SERVER,
    Document,
    changed,
    drop,
    flipped,
    inside,
    put,
)
from vector_tables.envelopes import EPHEMERAL, SMALL_ORDER
from vector_tables.tickets import CONTENT, TICKET

Case = dict[str, Any]

_CHUNKED = chunked_file_body(
    filename="holiday.jpg",
    mime="image/jpeg",
    size=200_000,
    digest="blake3:" + "d1" * 32,
    plain_digest="blake3:" + "ee" * 32,
    file_id="f1" * 16,
    file_key=bytes.fromhex("4e" * 32),
)
_THUMBNAIL = chunked_file_body(
    filename="holiday-small.jpg",
    mime="image/jpeg",
    size=9000,
    digest="blake3:" + "d2" * 32,
    plain_digest="blake3:" + "ef" * 32,
    file_id="f2" * 16,
    file_key=bytes.fromhex("4f" * 32),
)
_IROH = iroh_file_body(
    filename="film.mkv",
    mime="video/x-matroska",
    size=5_000_000_000,
    content=CONTENT,
    ticket=TICKET.encode(),
)
_INLINE = inline_file_body(b"hello", filename="notes.txt", mime="text/plain")
_READERS = {BOB.primary: Handle("bob", SERVER), MALLORY.primary: Handle("mallory", OTHER_SERVER)}


def build() -> dict[str, Any]:
    return {
        "about": "'valid': made with 'ephemeral_hex' as HPKE's ephemeral secret; whoever opens them needs only "
        "'reader_seed_hex', and who the 'owner' of the list is. 'refused': with the code that opening must give. "
        "'refused_documents': what no entry may hold. 'too_large': a valid entry that no list takes.",
        "valid": [
            _valid(name, document, ALICE if "readers" in document else BOB) for name, document in _documents()
        ],
        "refused": _refused(),
        "refused_documents": _refused_documents(),
        "too_large": [{"document": _crowded("x" * (_longest_note() + 1)), "error": "malformed"}],
    }


def _entry(file: Document, **more: Any) -> Document:
    return shared_entry_document(owner=ALICE.primary, added_at=CREATED, file=file, **more)


def _documents() -> list[tuple[str, Document]]:
    return [
        ("a chunked file", _entry(_CHUNKED)),
        ("a file over Iroh", _entry(_IROH)),
        ("with a picture and a note", _entry(_IROH, thumbnail=_THUMBNAIL, note="From Lisbon 😂")),
        ("with as long a note as fits", _crowded("x" * _longest_note())),
        ("with its end", _entry(_CHUNKED, expires_at=CREATED + timedelta(days=30))),
        ("the owner's own", _entry(_IROH, note="From Lisbon 😂", readers=_READERS)),
    ]


def _wired(readers: Mapping[Primary, Handle]) -> Document:
    return {str(primary): str(handle) for primary, handle in readers.items()}


def _crowded(note: str) -> Document:
    return _entry({**_CHUNKED, "filename": "x" * 255}, thumbnail=_THUMBNAIL, note=note)


def _longest_note() -> int:
    return max(
        length
        for length in range(1, MAX_NOTE_BYTES)
        if 48 + frame_size(len(canonical_bytes(_crowded("x" * length)))) <= MAX_SHARED_ENTRY_BYTES
    )


def _seal(framed: bytes, reader: Primary, *, info: bytes | None = None, aad: bytes = b"") -> bytes:
    info = entry_info(reader) if info is None else info
    enc, context = second_hpke.sender_context(EPHEMERAL, x25519_public(reader), info)
    return enc + context.seal(framed, aad)


def _valid(name: str, document: Document, reader: SigningKey) -> Case:
    framed = frame(canonical_bytes(document))
    return {
        "name": name,
        "owner": str(ALICE.primary),
        "reader_seed_hex": reader.seed.hex(),
        "ephemeral_hex": EPHEMERAL.hex(),
        "info_hex": entry_info(reader.primary).hex(),
        "document": document,
        "frame_hex": framed.hex(),
        "entry_hex": _seal(framed, reader.primary).hex(),
    }


def _refused() -> list[Case]:
    bob = BOB.primary
    document = _entry(_CHUNKED)
    plaintext = canonical_bytes(document)
    framed = frame(plaintext)
    sealed = _seal(framed, bob)
    of_mallory = canonical_bytes(changed(document, put("owner", str(MALLORY.primary))))
    cases: list[tuple[str, str, bytes]] = [
        ("nothing", "cannot_decrypt", b""),
        ("no ciphertext", "cannot_decrypt", sealed[:32]),
        ("less than a tag", "cannot_decrypt", sealed[:47]),
        ("cut short", "cannot_decrypt", sealed[:-1]),
        ("a byte more", "cannot_decrypt", sealed + b"\x00"),
        ("a bit of enc turned", "cannot_decrypt", flipped(sealed, 5)),
        ("a bit of the text turned", "cannot_decrypt", flipped(sealed, 40)),
        ("a bit of the tag turned", "cannot_decrypt", flipped(sealed, -1)),
        ("a version in front, as envelopes have one", "cannot_decrypt", b"\x02" + sealed),
        ("sealed to another reader", "cannot_decrypt", _seal(framed, MALLORY.primary)),
        (
            "info of another reader",
            "cannot_decrypt",
            _seal(framed, bob, info=entry_info(ALICE.primary)),
        ),
        (
            "info of an envelope",
            "cannot_decrypt",
            _seal(framed, bob, info=b"kez/envelope/2\x00" + bob.raw),
        ),
        (
            "info of another version",
            "cannot_decrypt",
            _seal(framed, bob, info=b"kez/share/2\x00" + bob.raw),
        ),
        ("with aad", "cannot_decrypt", _seal(framed, bob, aad=b"aad")),
        ("enc of small order", "cannot_decrypt", _zero_secret(framed, bob)),
        ("no padding", "bad_padding", _seal(framed[: 4 + len(plaintext)], bob)),
        ("a byte of padding too few", "bad_padding", _seal(framed[:-1], bob)),
        ("a byte of padding too many", "bad_padding", _seal(framed + b"\x00", bob)),
        ("padding that is not zero", "bad_padding", _seal(framed[:-1] + b"\x01", bob)),
        ("an empty frame", "bad_padding", _seal(b"", bob)),
        ("not JSON", "malformed", _seal(frame(b"not JSON"), bob)),
        ("JSON that is not canonical", "malformed", _seal(frame(plaintext.replace(b",", b", ", 1)), bob)),
        ("made by another owner", "key_mismatch", _seal(frame(of_mallory), bob)),
        ("an inline file", "malformed", _seal(frame(_with(file=_INLINE)), bob)),
        ("another version", "wrong_type", _seal(frame(_with(version=2)), bob)),
        ("a further field", "unknown_field", _seal(frame(_with(colour="red")), bob)),
        (
            "another reader's entry with readers",
            "malformed",
            _seal(frame(_with(readers=_wired(_READERS))), bob),
        ),
    ]
    return [
        {
            "name": name,
            "owner": str(ALICE.primary),
            "reader_seed_hex": BOB.seed.hex(),
            "entry_hex": data.hex(),
            "error": code,
        }
        for name, code, data in cases
    ]


def _with(**fields: Any) -> bytes:
    return canonical_bytes({**_entry(_CHUNKED), **fields})


def _zero_secret(framed: bytes, reader: Primary) -> bytes:
    """An entry that opens for anyone, if the reader lets an all-zero shared secret pass."""
    enc = bytes.fromhex(SMALL_ORDER[0])
    context = second_hpke.context(bytes(32), enc, x25519_public(reader), entry_info(reader))
    return enc + context.seal(framed)


def _refused_documents() -> list[Case]:
    document = _entry(_CHUNKED, thumbnail=_THUMBNAIL, note="From Lisbon")
    owner = str(ALICE.primary)
    table: list[tuple[str, str, str, Any]] = [
        ("another type", "wrong_type", "type", "kez.chat.message"),
        ("type null", "wrong_type", "type", None),
        ("version of the future", "wrong_type", "version", 2),
        ("version as text", "wrong_type", "version", "1"),
        ("version true", "wrong_type", "version", True),
        ("a further field", "unknown_field", "colour", "red"),
        ("a further field named __proto__", "unknown_field", "__proto__", {"note": "hi"}),
        ("another owner", "key_mismatch", "owner", str(MALLORY.primary)),
        ("owner in upper case", "bad_key", "owner", owner.upper()),
        ("owner of small order", "bad_key", "owner", "ed25519:" + "01" + "00" * 31),
        ("owner null", "malformed", "owner", None),
        ("added_at null", "malformed", "added_at", None),
        ("added_at with an offset", "malformed", "added_at", format_timestamp(CREATED)[:-1] + "+00:00"),
        ("file null", "malformed", "file", None),
        ("file a list", "malformed", "file", [_CHUNKED]),
        ("file empty", "malformed", "file", {}),
        ("file inline", "malformed", "file", _INLINE),
        ("file of a mode of the future", "malformed", "file", {**_CHUNKED, "mode": "pigeon"}),
        ("a text in place of the file", "malformed", "file", text_body("hi")),
        ("thumbnail null", "malformed", "thumbnail", None),
        ("thumbnail inline", "malformed", "thumbnail", _INLINE),
        ("thumbnail over Iroh", "malformed", "thumbnail", _IROH),
        ("thumbnail a text", "malformed", "thumbnail", text_body("hi")),
        ("note null", "malformed", "note", None),
        ("note empty", "malformed", "note", ""),
        ("note too long", "malformed", "note", "é" * 140 + "x"),
        ("note of two lines", "malformed", "note", "a\nb"),
        ("note that turns the writing direction", "malformed", "note", "a\u202eb"),
        ("note a number", "malformed", "note", 7),
        ("expires_at null", "malformed", "expires_at", None),
        ("expires_at a number", "malformed", "expires_at", 1748142000),
        ("readers null", "malformed", "readers", None),
        ("readers a list", "malformed", "readers", [str(BOB.primary)]),
        ("no reader", "malformed", "readers", {}),
        ("a reader that is no key", "bad_key", "readers", {"bob@kez.lat": str(BOB.primary)}),
        ("a reader of small order", "bad_key", "readers", {"ed25519:" + "01" + "00" * 31: "bob@kez.lat"}),
        ("a reader's handle null", "malformed", "readers", {str(BOB.primary): None}),
        ("a reader's handle without its server", "bad_handle", "readers", {str(BOB.primary): "bob"}),
    ]
    found = [(name, code, changed(document, put(field, value))) for name, code, field, value in table]
    found += [
        (f"no {field}", code, changed(document, drop(field)))
        for field, code in (
            ("type", "wrong_type"),
            ("version", "wrong_type"),
            ("owner", "malformed"),
            ("added_at", "malformed"),
            ("file", "malformed"),
        )
    ]
    found += [
        ("file without its key", "malformed", changed(document, inside("file", drop("file_key")))),
        ("file with a further field", "unknown_field", changed(document, inside("file", put("note", "hi")))),
        (
            "thumbnail with a wrong count of chunks",
            "malformed",
            changed(document, inside("thumbnail", put("chunks", 2))),
        ),
    ]
    return [{"name": name, "owner": owner, "document": entry, "error": code} for name, code, entry in found]
