"""file_bodies.json: bodies made from a file, and what is refused beside the mutations in messages.json."""

from __future__ import annotations

from typing import Any

from kezproto.bodies import MAX_INLINE_BYTES, chunked_file_body, inline_file_body, iroh_file_body
from kezproto.digests import digest_of, digest_of_parts
from kezproto.file_chunks import sealed_chunks
from kezproto.payloads import MAX_ATTACHMENT_BYTES
from vector_tables.cast import counting, drop, put
from vector_tables.file_chunks import FILE_ID, KEY
from vector_tables.tickets import CONTENT, TICKET

Case = dict[str, Any]

SIZE = 200_000


def build() -> dict[str, Any]:
    return {
        "about": "Bodies of files. 'inline', 'chunked', 'iroh': made of the other fields, and read again. 'refused': "
        "what no reader takes. 'unmade': an inline file of so many bytes (zeros) is not made.",
        "inline": [
            _inline("a text", b"hello", "notes.txt", "text/plain"),
            _inline("an empty file", b"", "empty", "application/octet-stream"),
            _inline("bytes of all kinds", counting(256), "été 😂.bin", "application/octet-stream"),
        ],
        "chunked": [_chunked()],
        "iroh": [_iroh("a file", SIZE * 1000, TICKET.encode()), _iroh("nothing", 0, TICKET.encode())],
        "refused": _refused(),
        "unmade": [{"size": MAX_INLINE_BYTES + 1, "error": "malformed"}],
    }


def _inline(name: str, data: bytes, filename: str, mime: str) -> Case:
    body = inline_file_body(data, filename=filename, mime=mime)
    return {"name": name, "content_hex": data.hex(), "filename": filename, "mime": mime, "body": body}


def _pointer() -> dict[str, Any]:
    data = counting(SIZE)
    return chunked_file_body(
        filename="numbers.bin",
        mime="application/octet-stream",
        size=SIZE,
        digest=digest_of_parts(sealed_chunks(data, file_key=KEY, file_id=FILE_ID)),
        plain_digest=digest_of(data),
        file_id=FILE_ID,
        file_key=KEY,
    )


def _chunked() -> Case:
    body = _pointer()
    fields = ("filename", "mime", "size", "digest", "plain_digest", "file_id")
    parts = {field: body[field] for field in fields}
    return {"name": "three chunks", **parts, "file_key_hex": KEY.hex(), "body": body}


def _iroh(name: str, size: int, ticket: str) -> Case:
    filename, mime = "film.mkv", "video/x-matroska"
    body = iroh_file_body(filename=filename, mime=mime, size=size, content=CONTENT, ticket=ticket)
    return {
        "name": name,
        "filename": filename,
        "mime": mime,
        "size": size,
        "content": CONTENT,
        "ticket": ticket,
        "body": body,
    }


def _refused() -> list[Case]:
    pointer = _pointer()
    inline = inline_file_body(b"hello", filename="notes.txt", mime="text/plain")
    iroh = _iroh("", SIZE, TICKET.encode())["body"]
    table: list[tuple[str, dict[str, Any], str, Any]] = [
        ("inline: data null", inline, "data", None),
        ("inline: size true", inline, "size", True),
        ("inline: size too large", inline, "size", MAX_INLINE_BYTES + 1),
        ("inline: a letter of data changed", inline, "data", "aGVsbG4="),
        ("inline: filename null", inline, "filename", None),
        ("chunked: size zero", pointer, "size", 0),
        ("chunked: size as text", pointer, "size", str(SIZE)),
        ("chunked: size of more chunks", pointer, "size", MAX_ATTACHMENT_BYTES),
        ("chunked: chunks zero", pointer, "chunks", 0),
        ("chunked: a chunk too many", pointer, "chunks", 4),
        ("chunked: chunks null", pointer, "chunks", None),
        ("chunked: file_id in upper case", pointer, "file_id", FILE_ID.upper()),
        ("chunked: file_id cut short", pointer, "file_id", FILE_ID[:-2]),
        ("chunked: file_key cut short", pointer, "file_key", KEY[:31].hex()),
        ("chunked: file_key in upper case", pointer, "file_key", KEY.hex().upper()),
        ("chunked: file_key null", pointer, "file_key", None),
        ("chunked: digest without its prefix", pointer, "digest", "d1" * 32),
        ("chunked: plain_digest in upper case", pointer, "plain_digest", "blake3:" + "EE" * 32),
        ("chunked: plain_digest null", pointer, "plain_digest", None),
        ("iroh: size negative", iroh, "size", -1),
        ("iroh: ticket null", iroh, "ticket", None),
        ("iroh: ticket empty", iroh, "ticket", ""),
        ("iroh: ticket too long", iroh, "ticket", "x" * 4097),
        ("iroh: ticket beyond ASCII", iroh, "ticket", "kez1:é"),
    ]
    found = [(name, "malformed", _changed(body, put(field, value))) for name, body, field, value in table]
    for mode, body in (("inline", inline), ("chunked", pointer), ("iroh", iroh)):
        found.append((f"{mode}: a further field", "unknown_field", _changed(body, put("note", "hi"))))
        found += [
            (f"{mode}: no {field}", "malformed", _changed(body, drop(field)))
            for field in body
            if field != "type"
        ]
    return [{"name": name, "body": body, "error": code} for name, code, body in found]


def _changed(body: dict[str, Any], change: Any) -> dict[str, Any]:
    copy = dict(body)
    change(copy)
    return copy
