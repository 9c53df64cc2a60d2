"""Who takes part in the measurements, and what they sign."""

import itertools
import os
from datetime import UTC, datetime
from typing import Any

from kezproto.bodies import text_body
from kezproto.handles import Handle
from kezproto.keys import SigningKey
from kezproto.messages import message_payload, uuid7
from kezproto.registration import registration_payload
from kezproto.sigchain import Head, event_document, verify_event
from kezproto.signed import sign

SERVER = "kez.lat"
DEVICE = "00112233445566ff"
ALICE = SigningKey(bytes([1]) * 32)
BOB = SigningKey(bytes([2]) * 32)

_numbers = itertools.count(1)


def stranger() -> tuple[SigningKey, Handle]:
    """Somebody new, with a name that nobody has yet."""
    return SigningKey(os.urandom(32)), Handle(f"stranger-{next(_numbers)}", SERVER)


def registration_of(key: SigningKey, handle: Handle) -> dict[str, Any]:
    payload = registration_payload(handle=handle, primary=key.primary, created_at=datetime.now(UTC))
    return sign("handle_registration", payload, key)


def text_message(sender: SigningKey, to: SigningKey, text: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    payload = message_payload(
        id=uuid7(now, os.urandom(10)),
        sender=sender.primary,
        sender_handle=Handle("alice", SERVER),
        to=to.primary,
        device=DEVICE,
        seq=1,
        prev=None,
        chain=None,
        created_at=now,
        body=text_body(text),
    )
    return sign("message", payload, sender)


def chain_of(key: SigningKey, length: int) -> list[dict[str, Any]]:
    """A chain in which every event adds another endpoint."""
    chain: list[dict[str, Any]] = []
    head: Head | None = None
    for number in range(length):
        body = {"protocol": "https", "url": f"https://{number}.example/"}
        document = event_document(
            key=key, head=head, op="add_endpoint", body=body, created_at=datetime.now(UTC)
        )
        event = verify_event(document)
        head = Head(event.seq, event.hash)
        chain.append(document)
    return chain
