"""The list of shared files: sealed entries, of which each reader can open those made for them.

What an entry holds, and that the owner's sigchain commits to this list, is checked elsewhere.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kezproto.keys import Primary
from kezproto.payloads import MAX_SHARED_FILES_BYTES, SHARED_FILES
from kezproto.signed import verify
from kezproto.timestamps import format_timestamp, parse_timestamp


@dataclass(frozen=True, slots=True)
class SharedFilesList:
    """A verified list; `version_no` grows with every new list of the same owner."""

    primary: Primary
    version_no: int
    entries: tuple[bytes, ...]
    created_at: datetime
    canonical: bytes
    document: dict[str, Any]


def shared_files_payload(
    *, primary: Primary, version_no: int, entries: Sequence[bytes], created_at: datetime
) -> dict[str, Any]:
    """The payload; the caller has padded the entries and put them in random order."""
    return {
        "type": SHARED_FILES.type,
        "version": SHARED_FILES.version,
        "primary": str(primary),
        "version_no": version_no,
        "entries": [base64.urlsafe_b64encode(entry).decode("ascii").rstrip("=") for entry in entries],
        "created_at": format_timestamp(created_at),
    }


def verify_shared_files(document: bytes | Mapping[str, Any]) -> SharedFilesList:
    """Check the signed object. With 1,000 entries it is larger than other public objects: up to 2 MiB."""
    signed = verify(
        document,
        tag=SHARED_FILES.tag,
        type=SHARED_FILES.type,
        version=SHARED_FILES.version,
        max_bytes=MAX_SHARED_FILES_BYTES,
    )
    payload = signed.payload
    return SharedFilesList(
        primary=signed.signer,
        version_no=payload["version_no"],
        entries=tuple(_decode(entry) for entry in payload["entries"]),
        created_at=parse_timestamp(payload["created_at"]),
        canonical=signed.canonical,
        document=signed.document,
    )


def _decode(entry: str) -> bytes:
    return base64.urlsafe_b64decode(entry + "=" * (-len(entry) % 4))
