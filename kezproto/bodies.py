"""Bodies of messages: what a message says. One function reads them all, and its result is one of four types."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from kezproto import fields
from kezproto.digests import digest_of
from kezproto.errors import Malformed
from kezproto.fields import Check, check_fields
from kezproto.file_announcement import chunk_count
from kezproto.payloads import MAX_ATTACHMENT_BYTES, MAX_CHUNKS

TEXT = "kez-text-v1"
FILE = "kez-file-v1"
RECEIPT = "kez-receipt-v1"
MAX_TEXT_BYTES = 65536
MAX_INLINE_BYTES = 80 * 1024
MAX_RECEIPT_IDS = 256

FileMode = Literal["inline", "chunked", "iroh"]
ReceiptStatus = Literal["delivered", "read"]


@dataclass(frozen=True, slots=True)
class TextBody:
    text: str
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class FileBody:
    """A file, or the way to it. `size` counts the bytes of the file itself, `digest` is `blake3:<hex>`.

    Which of the other fields are set follows from `mode`: inline has `data`; chunked has `file_id`, `file_key`,
    `chunks` and `plain_digest` (its `digest` is over the sealed chunks); iroh has `ticket`. Its repr tells no secret.
    """

    mode: FileMode
    filename: str
    mime: str
    size: int
    digest: str
    data: bytes | None = field(default=None, repr=False)
    file_id: str | None = None
    file_key: bytes | None = field(default=None, repr=False)
    chunks: int | None = None
    plain_digest: str | None = None
    ticket: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ReceiptBody:
    """Says that the messages with the ids `of` were delivered to, or read by, the sender of the receipt."""

    of: tuple[str, ...]
    status: ReceiptStatus


@dataclass(frozen=True, slots=True)
class UnknownBody:
    """A body that a newer client may understand; shown as "a newer client is needed", never dropped."""

    type: str
    content: Mapping[str, Any]


Body = TextBody | FileBody | ReceiptBody | UnknownBody

_TEXT_FIELDS: dict[str, Check] = {
    "type": fields.anything,
    "text": fields.text(1, MAX_TEXT_BYTES),
    "reply_to": fields.uuid7,
}
_RECEIPT_FIELDS: dict[str, Check] = {
    "type": fields.anything,
    "of": fields.list_of(fields.uuid7, minimum=1, maximum=MAX_RECEIPT_IDS),
    "status": fields.one_of("delivered", "read"),
}
_mime_part = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}"
_FILE_FIELDS: dict[str, Check] = {
    "type": fields.anything,
    "mode": fields.anything,
    "filename": fields.file_name,
    "mime": fields.pattern(rf"{_mime_part}/{_mime_part}", "a media type"),
    "digest": fields.blake3,
}
_MODE_FIELDS: dict[str, dict[str, Check]] = {
    "inline": {
        "size": fields.integer(0, MAX_INLINE_BYTES),
        "data": fields.base64_data(maximum=MAX_INLINE_BYTES),
    },
    "chunked": {
        "size": fields.integer(1, MAX_ATTACHMENT_BYTES),
        "file_id": fields.hex_digits(32),
        "file_key": fields.hex_digits(64),
        "chunks": fields.integer(1, MAX_CHUNKS),
        "plain_digest": fields.blake3,
    },
    "iroh": {
        "size": fields.integer(0),
        "ticket": fields.pattern(r"[!-~]{1,4096}", "an Iroh ticket"),
    },
}


def text_body(text: str, *, reply_to: str | None = None) -> dict[str, Any]:
    """The body of a text of 1 to 65,536 UTF-8 bytes. Malformed if it is none."""
    body = {"type": TEXT, "text": text}
    if reply_to is not None:
        body["reply_to"] = reply_to
    parse_body(body)
    return body


def receipt_body(ids: Sequence[str], status: ReceiptStatus) -> dict[str, Any]:
    """The body of a receipt for 1 to 256 message ids."""
    body = {"type": RECEIPT, "of": list(ids), "status": status}
    parse_body(body)
    return body


def inline_file_body(data: bytes, *, filename: str, mime: str) -> dict[str, Any]:
    """The body of a file of at most 81,920 bytes that travels inside the message."""
    encoded = base64.b64encode(data).decode("ascii")
    return _file_body("inline", filename, mime, len(data), digest_of(data), {"data": encoded})


def chunked_file_body(
    *,
    filename: str,
    mime: str,
    size: int,
    digest: str,
    plain_digest: str,
    file_id: str,
    file_key: bytes,
) -> dict[str, Any]:
    """The pointer to a chunked attachment; `digest` is over its sealed chunks, `plain_digest` over the file."""
    more = {
        "file_id": file_id,
        "file_key": file_key.hex(),
        "chunks": chunk_count(size),
        "plain_digest": plain_digest,
    }
    return _file_body("chunked", filename, mime, size, digest, more)


def iroh_file_body(*, filename: str, mime: str, size: int, content: str, ticket: str) -> dict[str, Any]:
    """The way to a file that its owner's node serves; its `digest` is the content id, `size` that of all files."""
    return _file_body("iroh", filename, mime, size, content, {"ticket": ticket})


def _file_body(
    mode: FileMode, filename: str, mime: str, size: int, digest: str, more: Mapping[str, Any]
) -> dict[str, Any]:
    body = {
        "type": FILE,
        "mode": mode,
        "filename": filename,
        "mime": mime,
        "size": size,
        "digest": digest,
        **more,
    }
    parse_body(body)
    return body


def parse_body(body: Mapping[str, Any]) -> Body:
    """Read a message's body. Malformed or UnknownField where a known type has wrong fields."""
    body_type = body.get("type")
    if not isinstance(body_type, str) or not 1 <= len(body_type) <= 64:
        raise Malformed("A body needs the text field 'type'.")
    if body_type == TEXT:
        check_fields(body, _TEXT_FIELDS, what=TEXT, optional=frozenset({"reply_to"}))
        return TextBody(text=body["text"], reply_to=body.get("reply_to"))
    if body_type == RECEIPT:
        check_fields(body, _RECEIPT_FIELDS, what=RECEIPT, optional=frozenset())
        return ReceiptBody(of=tuple(body["of"]), status=body["status"])
    if body_type == FILE:
        return _parse_file(body)
    return UnknownBody(type=body_type, content=body)


def _parse_file(body: Mapping[str, Any]) -> FileBody | UnknownBody:
    mode = body.get("mode")
    if not isinstance(mode, str):
        raise Malformed(f"{FILE} needs the text field 'mode'.")
    if mode not in _MODE_FIELDS:
        return UnknownBody(type=FILE, content=body)
    check_fields(body, {**_FILE_FIELDS, **_MODE_FIELDS[mode]}, what=f"{FILE} ({mode})", optional=frozenset())
    data = base64.b64decode(body["data"]) if mode == "inline" else None
    if data is not None and (len(data) != body["size"] or digest_of(data) != body["digest"]):
        raise Malformed("The inline file does not have the size or the digest that its message states.")
    if mode == "chunked" and body["chunks"] != chunk_count(body["size"]):
        raise Malformed("The number of chunks does not fit the size of the file.")
    return FileBody(
        mode=cast(FileMode, mode),
        filename=body["filename"],
        mime=body["mime"],
        size=body["size"],
        digest=body["digest"],
        data=data,
        file_id=body.get("file_id"),
        file_key=bytes.fromhex(body["file_key"]) if mode == "chunked" else None,
        chunks=body.get("chunks"),
        plain_digest=body.get("plain_digest"),
        ticket=body.get("ticket"),
    )
