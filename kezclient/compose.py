"""Making messages: numbered, linked, signed, sealed and queued in one transaction.

The number of a message is taken and its envelopes are stored at the same moment, so a crash leaves either both or
neither, and no number is ever used for two messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kezclient import clock
from kezclient.errors import EmptyMessage, MessageTooLong, UsageFault
from kezclient.store.messages import StoredMessage
from kezproto.bodies import MAX_TEXT_BYTES, receipt_body, text_body
from kezproto.canonical import canonical_bytes, sha256_of
from kezproto.chain_state import Head
from kezproto.envelope import seal
from kezproto.errors import EnvelopeTooLarge, Malformed
from kezproto.messages import message_payload
from kezproto.padding import MAX_MESSAGE_BYTES
from kezproto.signed import sign

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kezclient.identity import Identity
    from kezclient.store.contacts import Contact
    from kezclient.store.store import Store
    from kezproto.bodies import ReceiptStatus
    from kezproto.handles import Handle
    from kezproto.keys import Primary


def check_text(text: str) -> dict[str, Any]:
    """The body for a text. EmptyMessage, MessageTooLong, or UsageFault for what is no text."""
    if not text.strip():
        raise EmptyMessage
    try:
        size = len(text.encode())
        if size > MAX_TEXT_BYTES:
            raise MessageTooLong(size=size, limit=MAX_TEXT_BYTES)
        return text_body(text)
    except (Malformed, UnicodeEncodeError) as error:
        raise UsageFault(sentence=f"This cannot be sent as text: {error}") from error


@dataclass(slots=True)
class Composer:
    """Writes for one identity into its store."""

    identity: Identity
    store: Store

    def queue_texts(self, contact: Contact, texts: Sequence[str]) -> list[StoredMessage]:
        """Queue texts for a contact, in order, with copies for the owner's other devices: all of them or none."""
        bodies = [check_text(text) for text in texts]
        try:
            with self.store.write():
                return [
                    self._queue_body(contact.primary, contact.handle, body, body["text"]) for body in bodies
                ]
        except EnvelopeTooLarge as error:
            # Control characters take six bytes each in JSON.
            largest = max(len(canonical_bytes(body)) for body in bodies)
            raise MessageTooLong(size=largest, limit=MAX_MESSAGE_BYTES) from error

    def queue_file(self, peer: Primary, peer_handle: Handle, body: dict[str, Any]) -> StoredMessage:
        """Queue a file, or the way to one, with a copy for the owner's other devices."""
        with self.store.write():
            return self._queue_body(peer, peer_handle, body, body["filename"])

    def _queue_body(
        self, peer: Primary, peer_handle: Handle, body: dict[str, Any], text: str
    ) -> StoredMessage:
        made = self._make(peer, body)
        stored = self.store.messages.add(
            StoredMessage(
                row_id=0,
                id=made.id,
                sender=self.identity.primary,
                direction="out",
                peer=peer,
                peer_handle=peer_handle,
                name_state="pinned",
                device=self.identity.device,
                seq=made.seq,
                body_type=body["type"],
                body=body,
                text=text,
                created_at=made.created_at,
                stored_at=made.created_at,
                state="queued",
                cause=None,
                notices=(),
                shown_at=made.created_at,
            )
        )
        self._enqueue(made, "message", peer, peer_handle)
        self._enqueue(made, "self_copy", self.identity.primary, self.identity.handle)
        return stored

    def queue_receipt(
        self, peer: Primary, peer_handle: Handle, ids: Sequence[str], status: ReceiptStatus
    ) -> None:
        """Queue a receipt for up to 256 messages of `peer`; a read one also tells the owner's other devices."""
        with self.store.write():
            made = self._make(peer, receipt_body(ids, status))
            self._enqueue(made, "receipt", peer, peer_handle)
            if status == "read":
                self._enqueue(made, "self_copy", self.identity.primary, self.identity.handle)

    def _make(self, recipient: Primary, body: dict[str, Any]) -> _Made:
        now = clock.now()
        last = self.store.links.last_sent(recipient)
        pin = self.store.chains.find(self.identity.primary)
        payload = message_payload(
            id=clock.new_message_id(now),
            sender=self.identity.primary,
            sender_handle=self.identity.handle,
            to=recipient,
            device=self.identity.device,
            seq=last.seq + 1 if last else 1,
            prev=last.hash if last else None,
            chain=pin.head if pin else None,
            created_at=now,
            body=body,
        )
        document = sign("message", payload, self.identity.key)
        made = _Made(
            id=payload["id"], seq=payload["seq"], hash=sha256_of(document), document=document, created_at=now
        )
        self.store.links.note_sent(recipient, Head(made.seq, made.hash))
        self.store.links.note_seen(
            sender=self.identity.primary,
            message_id=made.id,
            device=self.identity.device,
            recipient=recipient,
            head=Head(made.seq, made.hash),
        )
        return made

    def _enqueue(self, made: _Made, purpose: str, recipient: Primary, handle: Handle) -> None:
        self.store.outbox.add(
            purpose=purpose,
            message_id=made.id,
            recipient=recipient,
            recipient_handle=handle,
            delivery_id=clock.new_delivery_id(),
            envelope=seal(made.document, recipient),
            now=made.created_at,
        )


@dataclass(frozen=True, slots=True)
class _Made:
    """A signed message; `document` is the whole signed object."""

    id: str
    seq: int
    hash: str
    document: dict[str, Any]
    created_at: datetime
