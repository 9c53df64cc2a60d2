"""The JSON forms of what the client stores. `docs/cli.md` describes them; fields are added, never renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kezproto.handles import find_mentions
from kezproto.timestamps import format_timestamp

if TYPE_CHECKING:
    from kezclient.files import SharedFile
    from kezclient.receipts import ReceiptNews
    from kezclient.store.contacts import Contact
    from kezclient.store.messages import StoredMessage, Unopened
    from kezclient.store.outbox import OutboxEntry


def message_document(
    message: StoredMessage, own_server: str, shared: SharedFile | None = None
) -> dict[str, Any]:
    """`mentions` are full handles, in the context of the own server. `shared` is the message's file, if it has one."""
    mentions = find_mentions(message.text, own_server=own_server)
    return {
        "type": "message",
        "id": message.id,
        "direction": message.direction,
        "peer": str(message.peer_handle) if message.peer_handle else None,
        "peer_key": str(message.peer),
        "name_state": message.name_state,
        "text": message.text if message.body_type == "kez-text-v1" else None,
        "body": message.body,
        "file": file_document(shared) if shared is not None else None,
        "mentions": list(dict.fromkeys(str(mention.handle) for mention in mentions)),
        "device": message.device,
        "seq": message.seq,
        "created_at": format_timestamp(message.created_at),
        "stored_at": format_timestamp(message.stored_at),
        "state": message.state,
        "cause": message.cause,
        "notices": [{"code": notice.code, "text": notice.text} for notice in message.notices],
    }


def unopened_document(unopened: Unopened) -> dict[str, Any]:
    return {
        "type": "unopened",
        "envelope_sha256": unopened.digest,
        "code": unopened.code,
        "cause": unopened.cause,
        "stored_at": format_timestamp(unopened.stored_at),
    }


def receipt_document(news: ReceiptNews, peer: str | None) -> dict[str, Any]:
    return {
        "type": "receipt",
        "id": news.message_id,
        "peer": peer,
        "peer_key": str(news.peer),
        "status": news.status,
    }


def file_document(shared: SharedFile) -> dict[str, Any]:
    """`id` may be shortened to its first digits in commands. `path`: where it lies on this machine, if it does."""
    source = shared.upload.source if shared.upload is not None else None
    if shared.offered is not None:
        source = str(shared.offered.share.path)
    return {
        "id": shared.ref,
        "direction": shared.direction,
        "peer": str(shared.peer_handle) if shared.peer_handle else None,
        "peer_key": str(shared.peer),
        "name_state": shared.name_state,
        "name": shared.file.filename,
        "mime": shared.file.mime,
        "size": shared.file.size,
        "mode": shared.file.mode,
        "state": shared.state,
        "cause_code": shared.cause_code,
        "cause": shared.cause,
        "path": shared.saved_to or source,
        "message_id": shared.message.id if shared.message is not None else None,
        "created_at": format_timestamp(shared.at),
    }


def upload_document(shared: SharedFile) -> dict[str, Any]:
    """A file whose message is not made yet, among messages."""
    return {"type": "upload", **file_document(shared)}


def contact_document(contact: Contact, unread: int) -> dict[str, Any]:
    return {
        "handle": str(contact.handle),
        "primary": str(contact.primary),
        "verified": contact.verified_at is not None,
        "verified_at": format_timestamp(contact.verified_at) if contact.verified_at else None,
        "offered_primary": str(contact.offered) if contact.offered else None,
        "added_at": format_timestamp(contact.added_at),
        "checked_at": format_timestamp(contact.checked_at),
        "unread": unread,
    }


def outbox_document(entry: OutboxEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "purpose": entry.purpose,
        "message_id": entry.message_id,
        "recipient": str(entry.recipient_handle),
        "recipient_key": str(entry.recipient),
        "state": entry.state,
        "cause_code": entry.cause_code,
        "cause": entry.cause,
        "queued_at": format_timestamp(entry.queued_at),
        "sent_at": format_timestamp(entry.sent_at) if entry.sent_at else None,
        "resends": entry.resends,
        "size": entry.size,
    }
