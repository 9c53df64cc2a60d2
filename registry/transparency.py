"""The public log of what operators did to handles. Written with the audit trail; it names neither who nor why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from httpapi.readiness import NotReady
from httpapi.seeds import nkey_seed
from kezproto.chain_state import Head
from kezproto.keys import SigningKey
from kezproto.signed import sign
from kezproto.transparency import transparency_head_payload
from registry import links, log_writing
from registry.models import TransparencyEntry

PAGE = 500


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries as the protocol has them, oldest first; `more`: there are further ones up to the signed head."""

    head: dict[str, Any]
    entries: list[dict[str, Any]]
    more: bool


def add_entry(action: TransparencyEntry.Action, *, handle: str = "", count: int = 1) -> TransparencyEntry:
    """Tell the public of a deed, inside its transaction. Where the names are nobody's business, only their `count`."""
    return log_writing.append(TransparencyEntry(action=action, handle=handle, count=count))


def log_page(*, since: int, now: datetime) -> LogPage:
    """The entries with a number above `since`, and the head that they lead to, signed now."""
    end = log_writing.end_of(TransparencyEntry)
    # What is added meanwhile comes after the head that is signed here: the next caller gets it.
    rows = TransparencyEntry.objects.filter(seq__gt=since, seq__lte=end.seq).order_by("seq")[: PAGE + 1]
    entries = [links.document_of(row) for row in rows]
    return LogPage(_signed_head(end, now), entries[:PAGE], len(entries) > PAGE)


def server_key() -> SigningKey:
    """The key that signs the head; ImproperlyConfigured says what to do without it."""
    return SigningKey(nkey_seed("KEZ_TRANSPARENCY_SEED", prefix="N"))


def key_document() -> dict[str, Any]:
    """The body of `/.well-known/kez-transparency.json`."""
    return {
        "server": settings.KEZ_CHAT_SERVER,
        "key": str(server_key().primary),
        "log": f"{settings.KEZ_CHAT_PUBLIC_URL}/v1/transparency",
    }


def check_key() -> str:
    """Readiness: the public log can be signed."""
    try:
        return f"signs with {str(server_key().primary)[:24]}…"
    except ImproperlyConfigured as error:
        raise NotReady(str(error)) from error


def _signed_head(end: links.Link, now: datetime) -> dict[str, Any]:
    key = server_key()
    head = Head(end.seq, end.hash) if end.seq else None
    payload = transparency_head_payload(
        server=settings.KEZ_CHAT_SERVER, key=key.primary, head=head, created_at=now
    )
    return sign("transparency_head", payload, key)
