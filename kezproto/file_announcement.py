"""The announcement of a chunked file: what its sender will upload, and who may fetch it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kezproto.errors import Malformed, WrongServer
from kezproto.keys import Primary
from kezproto.payloads import CHUNK_BYTES, FILE_ANNOUNCEMENT
from kezproto.signed import verify
from kezproto.timestamps import check_fresh, format_timestamp, parse_timestamp


@dataclass(frozen=True, slots=True)
class FileAnnouncement:
    """A verified announcement. `size` counts the file's own bytes; `digest` is over its sealed chunks, in order.

    `access` is the BLAKE3 of the token with which the file may be fetched.
    """

    primary: Primary
    file_id: str
    chunks: int
    size: int
    digest: str
    access: str
    created_at: datetime
    document: dict[str, Any]


def chunk_count(size: int) -> int:
    """Into how many chunks of 81,920 bytes a file of `size` bytes is cut."""
    return -(-size // CHUNK_BYTES)


def file_announcement_payload(
    *,
    primary: Primary,
    server: str,
    file_id: str,
    size: int,
    digest: str,
    access: str,
    created_at: datetime,
) -> dict[str, Any]:
    return {
        "type": FILE_ANNOUNCEMENT.type,
        "version": FILE_ANNOUNCEMENT.version,
        "primary": str(primary),
        "server": server,
        "file_id": file_id,
        "chunks": chunk_count(size),
        "size": size,
        "digest": digest,
        "access": access,
        "created_at": format_timestamp(created_at),
    }


def verify_file_announcement(
    document: bytes | Mapping[str, Any], *, server: str, now: datetime
) -> FileAnnouncement:
    """Check the signed object, then server, number of chunks and time, in this order."""
    signed = verify(
        document,
        tag=FILE_ANNOUNCEMENT.tag,
        type=FILE_ANNOUNCEMENT.type,
        version=FILE_ANNOUNCEMENT.version,
    )
    payload = signed.payload
    if payload["server"] != server:
        raise WrongServer(f"This was signed for another server than {server}.")
    if payload["chunks"] != chunk_count(payload["size"]):
        raise Malformed("The number of chunks does not fit the size of the file.")
    created_at = parse_timestamp(payload["created_at"])
    check_fresh(created_at, now=now)
    return FileAnnouncement(
        primary=signed.signer,
        file_id=payload["file_id"],
        chunks=payload["chunks"],
        size=payload["size"],
        digest=payload["digest"],
        access=payload["access"],
        created_at=created_at,
        document=signed.document,
    )
