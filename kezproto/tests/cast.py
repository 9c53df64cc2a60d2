"""alice (owner), bob (peer), mallory (stranger), and the moment at which everything happens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kezproto.bodies import text_body
from kezproto.chain_state import Head
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey
from kezproto.messages import message_payload
from kezproto.signed import sign

SERVER = "kez.lat"
NOW = datetime(2026, 5, 25, 3, 0, 0, tzinfo=UTC)
ALICE = SigningKey(b"\xa1" * 32)
BOB = SigningKey(b"\xb0" * 32)
MALLORY = SigningKey(b"\x66" * 32)
ALICE_HANDLE = Handle("alice", SERVER)
DEVICE = "a11ce00000000001"
MESSAGE_ID = "019e5d07-0000-7000-8000-000000000001"


def message_document(
    *,
    key: SigningKey = ALICE,
    to: Primary = BOB.primary,
    seq: int = 1,
    prev: str | None = None,
    chain: Head | None = None,
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A signed message, by default alice's first one to bob."""
    payload = message_payload(
        id=MESSAGE_ID,
        sender=key.primary,
        sender_handle=ALICE_HANDLE,
        to=to,
        device=DEVICE,
        seq=seq,
        prev=prev,
        chain=chain,
        created_at=NOW,
        body=body or text_body("hi"),
    )
    return sign("message", payload, key)
