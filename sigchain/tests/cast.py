"""Who takes part, and the events that they sign."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from kezproto.keys import SigningKey
from kezproto.sigchain import Head, event_document, verify_event

ALICE = SigningKey(bytes([1]) * 32)
BOB = SigningKey(bytes([2]) * 32)
MALLORY = SigningKey(bytes([3]) * 32)


def head_of(document: dict[str, Any]) -> Head:
    """The head of a chain that ends with this event."""
    event = verify_event(document)
    return Head(event.seq, event.hash)


def make_event(
    key: SigningKey,
    after: dict[str, Any] | Head | None = None,
    *,
    host: str = "alice.example",
    created_at: datetime | None = None,
    op: str = "add_endpoint",
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The signed event that follows `after`; `host` tells events for the same place apart."""
    return event_document(
        key=key,
        head=head_of(after) if isinstance(after, dict) else after,
        op=op,
        body={"protocol": "https", "url": f"https://{host}/"} if body is None else body,
        created_at=created_at or timezone.now(),
    )


def make_chain(key: SigningKey, length: int) -> list[dict[str, Any]]:
    chain: list[dict[str, Any]] = []
    for number in range(1, length + 1):
        chain.append(make_event(key, chain[-1] if chain else None, host=f"{number}.example"))
    return chain
