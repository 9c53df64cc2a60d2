"""What became of a key's registration, for the key's owner."""

from typing import Any

from django.conf import settings

from kezproto.keys import Primary
from kezproto.timestamps import format_timestamp
from registry import lookup
from registry.models import Handle, PendingRegistration

STATES = ("registered", "waiting", "declined", "suspended", "released", "unknown")
_BY_STATUS = {"active": "registered", "suspended": "suspended", "released": "released"}


def state_of_key(primary: Primary) -> dict[str, Any]:
    """The body of `GET /v1/registration/state`."""
    handle = Handle.objects.filter(primary_hex=primary.hex).first()
    pending = lookup.latest_pending(primary)
    if handle is not None:
        return _document(_BY_STATUS[handle.status], handle.local, pending)
    if pending is not None:
        return state_of_pending(pending)
    return _document("unknown", None, None)


def state_of_pending(pending: PendingRegistration) -> dict[str, Any]:
    """The same for what is not a handle yet; also the body of a 202."""
    return _document(str(pending.state), pending.local, pending)


def _document(state: str, local: str | None, pending: PendingRegistration | None) -> dict[str, Any]:
    decided_at = pending.decided_at if pending else None
    return {
        "state": state,
        "handle": local,
        "fqhn": f"{local}@{settings.KEZ_CHAT_SERVER}" if local else None,
        "asked_at": format_timestamp(pending.asked_at) if pending else None,
        "decided_at": format_timestamp(decided_at) if decided_at else None,
        "reason": pending.reason if pending and state == "declined" else None,
    }
