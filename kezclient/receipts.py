"""Receipts, given and taken. They are messages themselves, are never receipted, and only the recipient's count."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from kezproto.bodies import MAX_RECEIPT_IDS, ReceiptBody

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kezclient.compose import Composer
    from kezclient.identity import Identity
    from kezclient.store.messages import StoredMessage
    from kezclient.store.store import Store
    from kezproto.handles import Handle
    from kezproto.keys import Primary
    from kezproto.messages import Message

# The broker repeats a delivery after seconds; a sender without a receipt sends again after days.
RECEIPT_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ReceiptNews:
    """A message of ours got to `status`: "delivered" or "read"."""

    peer: Primary
    message_id: str
    status: str


@dataclass(slots=True)
class Receipts:
    """The receipts of one batch; used inside the batch's transaction."""

    identity: Identity
    store: Store
    composer: Composer
    _due: dict[tuple[Primary, Handle], list[str]] = field(default_factory=dict)

    def take(self, message: Message, body: ReceiptBody, now: datetime) -> list[ReceiptNews]:
        """Read a receipt of a peer, or the copy of one that another device of ours has sent."""
        if message.is_self_copy:
            for message_id in body.of:
                self.store.messages.mark_read_elsewhere(message.to, message_id, now)
            return []
        news = []
        for message_id in body.of:
            if self.store.messages.note_receipt(
                self.identity.primary, message.sender, message_id, body.status
            ):
                news.append(ReceiptNews(message.sender, message_id, body.status))
            self.store.outbox.receipted(message.sender, message_id)
        return news

    def note_delivered(self, message: Message, name_state: str, now: datetime) -> None:
        """A new message is due a receipt, unless its sender bears a false name."""
        if name_state != "unverified":
            self.store.messages.claim_delivery_receipt(message.sender, message.id, now, now)
            self._due.setdefault((message.sender, message.sender_handle), []).append(message.id)

    def note_repeated(self, message: Message, now: datetime) -> None:
        """A message that is known came again: the receipt may have been lost on its way."""
        if message.is_self_copy or isinstance(message.body, ReceiptBody):
            return
        stored = self.store.messages.find(message.sender, message.id)
        if stored is None or stored.name_state == "unverified":
            return
        if self.store.messages.claim_delivery_receipt(
            message.sender, message.id, now, now - RECEIPT_AGAIN_AFTER
        ):
            self._due.setdefault((message.sender, message.sender_handle), []).append(message.id)

    def queue_delivered(self) -> None:
        for (peer, handle), ids in self._due.items():
            for first in range(0, len(ids), MAX_RECEIPT_IDS):
                self.composer.queue_receipt(peer, handle, ids[first : first + MAX_RECEIPT_IDS], "delivered")
        self._due.clear()


def queue_read(composer: Composer, messages: Sequence[StoredMessage]) -> int:
    """Queue read receipts for messages that the owner has now seen; how many messages that was."""
    by_peer: dict[tuple[Primary, Handle], list[str]] = {}
    for message in messages:
        if message.direction == "in" and message.name_state == "pinned" and message.peer_handle is not None:
            by_peer.setdefault((message.peer, message.peer_handle), []).append(message.id)
    for (peer, handle), ids in by_peer.items():
        for first in range(0, len(ids), MAX_RECEIPT_IDS):
            composer.queue_receipt(peer, handle, ids[first : first + MAX_RECEIPT_IDS], "read")
    return sum(map(len, by_peer.values()))
