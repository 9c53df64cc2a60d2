"""Alice, Bob and Mallory as identities with stores of their own, without a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kezclient.compose import Composer
from kezclient.identity import Identity, Profile
from kezclient.inbox import InboxReader
from kezclient.receipts import ReceiptNews
from kezclient.store.contacts import Contact
from kezclient.store.messages import StoredMessage
from kezclient.store.store import Store
from kezproto.envelope import seal
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey
from kezproto.messages import message_payload
from kezproto.signed import sign

NOW = datetime(2026, 5, 25, 3, tzinfo=UTC)
CHAIN_URL = "http://127.0.0.1:1/v1/sigchains/ed25519/"


@dataclass
class Peer:
    """One device of somebody. Envelopes go from one to the other by hand: `take(other.outgoing(...))`."""

    name: str
    folder: Path
    seed_byte: int
    device: str = "00000000000000aa"
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = SigningKey(bytes([self.seed_byte]) * 32)
        self.handle = Handle(self.name, "kez.lat")
        profile = Profile(
            "default", self.handle, self.key.primary, "http://127.0.0.1:1", self.device, "file", True
        )
        self.identity = Identity(profile, self.key)
        self.store = Store(self.folder / f"{self.name}-{self.device}.sqlite3")
        self.composer = Composer(self.identity, self.store)
        self.reader = InboxReader(
            self.identity, self.store, self.composer, lambda _function: {}, timedelta(minutes=10)
        )

    @property
    def primary(self) -> Primary:
        return self.key.primary

    def meet(self, other: Peer) -> Contact:
        """Pin the other's key; messages from it are known to be theirs."""
        self.names[other.primary.hex, str(other.handle)] = "pinned"
        return self.store.contacts.pin(other.handle, other.primary, CHAIN_URL + other.primary.hex, NOW)

    def write(self, other: Peer, *texts: str) -> list[StoredMessage]:
        return self.composer.queue_texts(self.meet(other), texts)

    def outgoing(self, other: Peer) -> list[bytes]:
        """The queued envelopes for the other's inbox, in order; they count as sent then."""
        found = []
        for entry in self.store.outbox.queued(limit=10_000):
            if entry.recipient == other.primary:
                found.append(self.store.outbox.envelope(entry.id) or b"")
                with self.store.write():
                    self.store.outbox.sent(entry, NOW)
                    if entry.purpose == "message":
                        self.store.messages.move_on(self.primary, entry.message_id, "sent")
        return found

    def take(self, envelopes: list[bytes]) -> list[ReceiptNews]:
        """Receive these deliveries in one batch."""
        return self.reader.store_opened([self.reader._open(each) for each in envelopes], self.names)

    def shown(self) -> list[StoredMessage]:
        return self.store.messages.latest(limit=10_000)

    def texts(self) -> list[str]:
        return [message.text for message in self.shown()]

    def forge(self, to: Primary, **changes: Any) -> bytes:
        """A signed message with fields of the forger's choice, sealed to `to`."""
        sealed_to = changes.pop("sealed_to", to)
        fields: dict[str, Any] = {
            "id": "01890a5d-ac96-774b-bcce-b302099a8057",
            "sender": self.primary,
            "sender_handle": self.handle,
            "to": to,
            "device": self.device,
            "seq": 1,
            "prev": None,
            "chain": None,
            "created_at": NOW,
            "body": {"type": "kez-text-v1", "text": "forged"},
        }
        return seal(sign("message", message_payload(**{**fields, **changes}), self.key), sealed_to)

    def close(self) -> None:
        self.store.close()
