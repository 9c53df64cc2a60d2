"""A server's public log of what its operators did to handles: how entries are linked, and the signed head.

Whoever keeps the last head can tell later that nothing before it was changed or removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kezproto.canonical import sha256_of
from kezproto.chain_state import Head
from kezproto.errors import KeyMismatch, Malformed, ProtocolError, TransparencyBroken, WrongServer
from kezproto.fields import check_fields, integer, nullable, pattern, sha256, text, timestamp
from kezproto.keys import Primary
from kezproto.payloads import TRANSPARENCY_HEAD
from kezproto.signed import verify
from kezproto.timestamps import format_timestamp, parse_timestamp

_ENTRY = {
    "seq": integer(1),
    "at": timestamp,
    "action": pattern(r"[a-z][a-z0-9_]{0,31}", "the name of an action"),
    "handle": nullable(text(1, 64)),
    "count": integer(0),
    "prev": nullable(sha256),
}


@dataclass(frozen=True, slots=True)
class TransparencyHead:
    """Where a log ended when `key` signed it; `head` is None for a log without entries."""

    server: str
    key: Primary
    head: Head | None
    created_at: datetime


def transparency_head_payload(
    *, server: str, key: Primary, head: Head | None, created_at: datetime
) -> dict[str, Any]:
    """The payload to sign with the tag `transparency_head`."""
    return {
        "type": TRANSPARENCY_HEAD.type,
        "version": TRANSPARENCY_HEAD.version,
        "server": server,
        "key": str(key),
        "seq": head.seq if head else 0,
        "head": head.hash if head else None,
        "created_at": format_timestamp(created_at),
    }


def verify_transparency_head(
    document: bytes | Mapping[str, Any], *, server: str, key: Primary | None = None
) -> TransparencyHead:
    """Check signature, then server, then that it is signed by `key`, where one is known (KeyMismatch)."""
    signed = verify(
        document,
        tag=TRANSPARENCY_HEAD.tag,
        type=TRANSPARENCY_HEAD.type,
        version=TRANSPARENCY_HEAD.version,
    )
    payload = signed.payload
    if payload["server"] != server:
        raise WrongServer(f"This is the log of another server than {server}.")
    if key is not None and signed.signer != key:
        raise KeyMismatch("The log is signed by another key than the one that was seen before.")
    if (payload["seq"] == 0) != (payload["head"] is None):
        raise Malformed("head is null exactly where seq is 0.")
    head = Head(payload["seq"], payload["head"]) if payload["seq"] else None
    return TransparencyHead(server, signed.signer, head, parse_timestamp(payload["created_at"]))


def entry_hash(entry: Mapping[str, Any]) -> str:
    """`sha256:<hex>` over the canonical form of an entry: what the next entry's `prev` names."""
    return sha256_of(entry)


def follow_entries(head: Head | None, entries: Iterable[Any]) -> Head | None:
    """Where the log ends after further entries, which follow `head`. TransparencyBroken names the first that does not.

    An action of an unknown name is no fault: servers may tell more one day.
    """
    seq, prev = (head.seq, head.hash) if head else (0, None)
    for entry in entries:
        try:
            check_fields(entry, _ENTRY, what="The entry", optional=frozenset())
        except ProtocolError as error:
            raise TransparencyBroken(
                f"Entry {seq + 1} of the log is not in its form: {error}", seq + 1
            ) from error
        if entry["seq"] != seq + 1:
            raise TransparencyBroken(f"Entry {seq + 1} of the log is missing.", seq + 1)
        if entry["prev"] != prev:
            raise TransparencyBroken(
                f"Entry {seq + 1} of the log does not link to the one before it.", seq + 1
            )
        seq, prev = entry["seq"], entry_hash(entry)
    return Head(seq, prev) if prev is not None else None
