"""Login: a signature over a challenge that the server gave out."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kezproto.errors import Stale, WrongServer
from kezproto.handles import Handle
from kezproto.keys import Primary
from kezproto.payloads import SESSION
from kezproto.signed import verify
from kezproto.timestamps import check_fresh, format_timestamp, parse_timestamp


@dataclass(frozen=True, slots=True)
class Session:
    """A verified answer to a challenge. That the challenge is spent now, the server must see to."""

    handle: Handle
    primary: Primary
    challenge: str
    created_at: datetime


def session_payload(
    *, handle: Handle, primary: Primary, challenge: str, created_at: datetime
) -> dict[str, Any]:
    return {
        "type": SESSION.type,
        "version": SESSION.version,
        "handle": handle.local,
        "primary": str(primary),
        "server": handle.server,
        "challenge": challenge,
        "created_at": format_timestamp(created_at),
    }


def verify_session(
    document: bytes | Mapping[str, Any], *, server: str, challenge: str, now: datetime
) -> Session:
    """Check signature, server, handle, challenge (64 hex digits; another one is Stale) and time, in this order."""
    signed = verify(document, tag=SESSION.tag, type=SESSION.type, version=SESSION.version)
    payload = signed.payload
    if payload["server"] != server:
        raise WrongServer(f"This was signed for another server than {server}.")
    handle = Handle(payload["handle"], server)
    if not hmac.compare_digest(payload["challenge"].encode(), challenge.encode()):
        raise Stale("This answers another challenge than the one given; ask for a new one.")
    created_at = parse_timestamp(payload["created_at"])
    check_fresh(created_at, now=now)
    return Session(
        handle=handle, primary=signed.signer, challenge=payload["challenge"], created_at=created_at
    )
