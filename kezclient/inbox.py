"""Receiving: open, verify, store in one transaction, and only then acknowledge."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.chain_watch import ChainWatch
from kezclient.receipts import ReceiptNews, Receipts
from kezclient.store.chains import Evidence
from kezclient.store.messages import Notice, StoredMessage
from kezproto.bodies import FILE, TEXT, FileBody, ReceiptBody, TextBody, UnknownBody
from kezproto.chain_state import Head
from kezproto.envelope import open_envelope
from kezproto.errors import ProtocolError
from kezproto.links import Link, LinkKind
from kezproto.messages import Message, verify_message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from kezclient.compose import Composer
    from kezclient.directory import Directory
    from kezclient.identity import Identity
    from kezclient.store.store import Store
    from kezproto.handles import Handle
    from kezproto.keys import Primary
    from natslink.pulling import InboxMessage

# How long an answer about a sender's name holds: someone who claims another's name causes no flood of look-ups.
NAME_SECONDS = 300
MOST_NAMES = 10_000
OTHER_ID = "duplicate_id"


@dataclass(frozen=True, slots=True)
class _Opened:
    """One envelope and what was in it: a message, or why there is none."""

    digest: str
    envelope: bytes
    message: Message | None
    code: str = ""
    cause: str = ""


@dataclass(slots=True)
class InboxReader:
    """Takes deliveries for one identity. `with_directory` runs a function with a directory in a thread of its own,
    since look-ups may take seconds."""

    identity: Identity
    store: Store
    composer: Composer
    with_directory: Callable[[Callable[[Directory], dict[tuple[str, str], str]]], dict[tuple[str, str], str]]
    max_age: timedelta
    _names: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)

    async def take(self, deliveries: Sequence[InboxMessage]) -> list[ReceiptNews]:
        """Store these deliveries and acknowledge them; the receipts among them that brought something new.

        Messages and placeholders are in the store then, not shown yet.
        """
        opened = [self._open(delivery.data) for delivery in deliveries]
        names = await self._names_of([each.message for each in opened if each.message is not None])
        news = self.store_opened(opened, names)
        for delivery in deliveries:
            await delivery.ack()
        return news

    def _open(self, envelope: bytes) -> _Opened:
        digest = hashlib.sha256(envelope).hexdigest()
        try:
            plaintext = open_envelope(envelope, self.identity.key)
            return _Opened(digest, envelope, verify_message(plaintext, reader=self.identity.primary))
        except ProtocolError as error:
            return _Opened(digest, envelope, None, error.code, str(error))

    async def _names_of(self, messages: Sequence[Message]) -> dict[tuple[str, str], str]:
        """For each (sender hex, claimed handle): pinned, unchecked or unverified."""
        now = clock.now()
        if len(self._names) > MOST_NAMES:
            self._names.clear()
        wanted: dict[tuple[str, str], Message] = {}
        for message in messages:
            if message.is_self_copy:
                continue
            key = (message.sender.hex, str(message.sender_handle))
            name, until = self._names.get(key, ("", now))
            if not name or until <= now or (name == "pinned" and ChainWatch(self.store).lacks(message)):
                wanted[key] = message
        if wanted:
            found = await asyncio.to_thread(
                self.with_directory, lambda directory: _ask(directory, wanted, self.max_age)
            )
            for key, name in found.items():
                # Nobody could be asked: the next message tries again.
                until = now if name == "unchecked" else now + timedelta(seconds=NAME_SECONDS)
                self._names[key] = (name, until)
        return {key: name for key, (name, _until) in self._names.items()}

    def store_opened(self, opened: Sequence[_Opened], names: dict[tuple[str, str], str]) -> list[ReceiptNews]:
        """One transaction for all: what is new is stored, and delivered receipts are queued."""
        receipts = Receipts(self.identity, self.store, self.composer)
        news: list[ReceiptNews] = []
        with self.store.write():
            for each in opened:
                if each.message is None:
                    self._keep_unopened(each)
                else:
                    name = names.get((each.message.sender.hex, str(each.message.sender_handle)), "unchecked")
                    news += self._take_one(each, each.message, name, receipts)
            receipts.queue_delivered()
        return news

    def _take_one(
        self, opened: _Opened, message: Message, name: str, receipts: Receipts
    ) -> list[ReceiptNews]:
        now = clock.now()
        known = self.store.links.hash_of_seen(message.sender, message.id)
        if known == message.hash:
            receipts.note_repeated(message, now)
            return []
        if known is not None:
            cause = "The sender has used the id of this message for another message before."
            self.store.messages.add_unopened(opened.digest, opened.envelope, OTHER_ID, cause, now)
            return []
        notices = [] if message.is_self_copy else self._notices(message, name, now)
        self.store.links.note_seen(
            sender=message.sender,
            message_id=message.id,
            device=message.device,
            recipient=message.to,
            head=Head(message.seq, message.hash),
        )
        if isinstance(message.body, ReceiptBody):
            return receipts.take(message, message.body, now)
        stored = self._stored(message, name, notices, now)
        self.store.messages.add(stored)
        if stored.direction == "in":
            receipts.note_delivered(message, name, now)
        return []

    def _notices(self, message: Message, name: str, now: datetime) -> list[Notice]:
        link, is_first = self.store.links.follow(message)
        found = [_link_notice(link, is_first=is_first)]
        if link.kind is LinkKind.FORK:
            self.store.chains.keep_evidence(
                Evidence(
                    primary=message.sender,
                    kind="message_fork",
                    reason=f"Two different messages carry number {message.seq}, or name different predecessors.",
                    known={"device": message.device, "seq": message.seq},
                    served={"message": message.document},
                ),
                now,
            )
        if name == "pinned":
            found.append(ChainWatch(self.store).compare(message, now))
        return [notice for notice in found if notice is not None]

    def _stored(self, message: Message, name: str, notices: list[Notice], now: datetime) -> StoredMessage:
        outgoing = message.is_self_copy
        peer = message.sender
        handle: Handle | None = message.sender_handle
        name_state = name
        state = "received"
        if outgoing:
            peer = message.to
            handle, name_state = self._name_of_recipient(peer)
            state = self.store.messages.receipt_of(peer, message.id) or "sent"
        body_type, text = _what(message)
        return StoredMessage(
            row_id=0,
            id=message.id,
            sender=message.sender,
            direction="out" if outgoing else "in",
            peer=peer,
            peer_handle=handle,
            name_state=name_state,
            device=message.device,
            seq=message.seq,
            body_type=body_type,
            body=dict(message.document["payload"]["body"]),
            text=text,
            created_at=message.created_at,
            stored_at=now,
            state=state,
            cause=None,
            notices=tuple(notices),
            shown_at=None,
            proof=None if outgoing else _proof(message),
        )

    def _name_of_recipient(self, recipient: Primary) -> tuple[Handle | None, str]:
        contacts = self.store.contacts.of_key(recipient)
        return (contacts[0].handle, "pinned") if contacts else (None, "unchecked")

    def _keep_unopened(self, opened: _Opened) -> None:
        self.store.messages.add_unopened(
            opened.digest, opened.envelope, opened.code, opened.cause, clock.now()
        )


def _ask(
    directory: Directory, wanted: dict[tuple[str, str], Message], max_age: timedelta
) -> dict[tuple[str, str], str]:
    now = clock.now()
    found = {}
    for key, message in wanted.items():
        name = directory.name_of(message.sender, message.sender_handle, now, max_age)
        contact = directory.store.contacts.find(message.sender_handle)
        if name == "pinned" and contact is not None and ChainWatch(directory.store).lacks(message):
            directory.watch_chain(contact, now)
        found[key] = name
    return found


def _proof(message: Message) -> str:
    """The signed object without its body, which is stored beside it."""
    payload = {name: value for name, value in message.document["payload"].items() if name != "body"}
    return json.dumps({**message.document, "payload": payload})


def _what(message: Message) -> tuple[str, str]:
    """The type of the body, and the words that a search should find."""
    match message.body:
        case TextBody(text=text):
            return TEXT, text
        case FileBody(filename=filename):
            return FILE, filename
        case UnknownBody(type=body_type):
            return body_type, ""
        case ReceiptBody():
            raise AssertionError("receipts are not stored as messages")


def _link_notice(link: Link, *, is_first: bool) -> Notice | None:
    match link.kind:
        case LinkKind.GAP if is_first:
            count = len(link.missing)
            return Notice("earlier_missing", f"{_messages(count)} before this one never came to this device.")
        case LinkKind.GAP:
            return Notice("gap", f"{_messages(len(link.missing))} before this one did not arrive.")
        case LinkKind.LATE:
            return Notice("late", "This one arrived late; it was written before others above.")
        case LinkKind.FORK:
            return Notice(
                "fork", "This message contradicts an earlier one of the same device; both are kept."
            )
        case LinkKind.IN_ORDER | LinkKind.REPLAY:
            return None


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"
