"""Who plays in the registry's tests, and the objects that they sign."""

import base64
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from kezproto.canonical import canonical_bytes
from kezproto.handles import Handle as HandleName
from kezproto.keys import SigningKey
from kezproto.registration import registration_payload, verify_registration
from kezproto.session import session_payload
from kezproto.signed import sign
from registry import services
from registry.models import Handle

ALICE = SigningKey(b"alice".ljust(32, b"."))  # owner
BOB = SigningKey(b"bob".ljust(32, b"."))  # peer
MALLORY = SigningKey(b"mallory".ljust(32, b"."))  # stranger


def key_number(number: int) -> SigningKey:
    """One of many keys."""
    return SigningKey(b"one of many" + number.to_bytes(21, "big"))


def name(local: str, server: str | None = None) -> HandleName:
    return HandleName(local, server or settings.KEZ_CHAT_SERVER)


def registration(
    key: SigningKey, local: str, *, server: str | None = None, at: datetime | None = None
) -> dict[str, Any]:
    """A valid claim."""
    payload = registration_payload(
        handle=name(local, server), primary=key.primary, created_at=at or timezone.now()
    )
    return sign("handle_registration", payload, key)


def session(
    key: SigningKey, local: str, challenge: str, *, server: str | None = None, at: datetime | None = None
) -> dict[str, Any]:
    """A valid answer to a challenge."""
    payload = session_payload(
        handle=name(local, server), primary=key.primary, challenge=challenge, created_at=at or timezone.now()
    )
    return sign("session", payload, key)


def session_header(client: Client, key: SigningKey, local: str) -> dict[str, str]:
    """The Authorization header that shows a key, over a fresh challenge."""
    asked = client.post("/v1/challenges", {"primary": str(key.primary)}, content_type="application/json")
    document = session(key, local, asked.json()["challenge"])
    text = base64.urlsafe_b64encode(canonical_bytes(document)).decode().rstrip("=")
    return {"Authorization": f"Kez-Session {text}"}


def registered(key: SigningKey, local: str, *, status: str = "active", at: datetime | None = None) -> Handle:
    """A handle that is there already."""
    now = at or datetime(2026, 5, 25, 3, 0, tzinfo=UTC)
    claim = verify_registration(registration(key, local, at=now), server=settings.KEZ_CHAT_SERVER, now=now)
    outcome = services.register_handle(claim, actor=key.primary, now=now)
    assert isinstance(outcome, services.Registered)
    handle = outcome.handle
    if status != "active":
        Handle.objects.filter(pk=handle.pk).update(status=status)
        handle.refresh_from_db()
    return handle
