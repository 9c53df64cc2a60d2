"""Handle registration: the claim that a key makes on a handle of a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kezproto.errors import WrongServer
from kezproto.handles import Handle
from kezproto.keys import Primary
from kezproto.payloads import HANDLE_REGISTRATION
from kezproto.signed import verify
from kezproto.timestamps import check_fresh, format_timestamp, parse_timestamp


@dataclass(frozen=True, slots=True)
class Registration:
    """A verified registration; `document` is the whole signed object, kept as evidence."""

    handle: Handle
    primary: Primary
    created_at: datetime
    document: dict[str, Any]


def registration_payload(*, handle: Handle, primary: Primary, created_at: datetime) -> dict[str, Any]:
    return {
        "type": HANDLE_REGISTRATION.type,
        "version": HANDLE_REGISTRATION.version,
        "handle": handle.local,
        "primary": str(primary),
        "server": handle.server,
        "created_at": format_timestamp(created_at),
    }


def verify_registration(document: bytes | Mapping[str, Any], *, server: str, now: datetime) -> Registration:
    """The seven checks, in order: tag; type, version and fields; signer; signature; server; handle; time."""
    signed = verify(
        document,
        tag=HANDLE_REGISTRATION.tag,
        type=HANDLE_REGISTRATION.type,
        version=HANDLE_REGISTRATION.version,
    )
    payload = signed.payload
    if payload["server"] != server:
        raise WrongServer(f"This was signed for another server than {server}.")
    handle = Handle(payload["handle"], server)
    created_at = parse_timestamp(payload["created_at"])
    check_fresh(created_at, now=now)
    return Registration(handle=handle, primary=signed.signer, created_at=created_at, document=signed.document)
