"""How the registry shows a handle: the look-up body and the WebFinger document. JSON values with fixed keys."""

from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from django.conf import settings

from kezproto.keys import KEY_PREFIX
from kezproto.subjects import INBOX_PREFIX
from kezproto.timestamps import format_timestamp
from registry.models import Handle

# RFC 7033 wants URIs for what has no registered name.
PRIMARY_PROPERTY = "urn:kez:primary"
INBOX_PROPERTY = "urn:kez:inbox"
PROFILE_REL = "http://webfinger.net/rel/profile-page"
SIGCHAIN_REL = "urn:kez:rel:sigchain"
NATS_REL = "urn:kez:rel:nats"


def fqhn(handle: Handle) -> str:
    """The fully qualified name, `local@server`."""
    return f"{handle.local}@{settings.KEZ_CHAT_SERVER}"


def look_up_url(handle: Handle) -> str:
    return f"{settings.KEZ_CHAT_PUBLIC_URL}/v1/u/{quote(handle.local)}"


def profile_url(handle: Handle) -> str:
    return f"{settings.KEZ_CHAT_PUBLIC_URL}/u/{quote(handle.local)}"


def sigchain_url(handle: Handle) -> str:
    return f"{settings.KEZ_CHAT_SIG_SERVER_URL}/v1/sigchains/ed25519/{handle.primary_hex}"


# Both as text: that it is a key was checked when it was registered, and asking again takes as long as a signature.


def primary_text(handle: Handle) -> str:
    """`ed25519:` and 64 hex digits."""
    return f"{KEY_PREFIX}{handle.primary_hex}"


def inbox_of(handle: Handle) -> str:
    """The subject of its inbox."""
    return f"{INBOX_PREFIX}{handle.primary_hex}"


def look_up_document(handle: Handle) -> dict[str, Any]:
    """The body of `GET /v1/u/<handle>` and of a registration's answer."""
    return {
        "handle": handle.local,
        "fqhn": fqhn(handle),
        "primary": primary_text(handle),
        "sigchain_url": sigchain_url(handle),
        "registered_at": format_timestamp(handle.registered_at),
        "endpoints": [{"protocol": "nats", "url": url, "inbox": inbox_of(handle)} for url in _nats_urls()],
    }


def webfinger_document(handle: Handle, rels: Collection[str]) -> dict[str, Any]:
    """The JSON resource descriptor (RFC 7033 4.4); with `rels`, only the links of those relations."""
    inbox = {INBOX_PROPERTY: inbox_of(handle)}
    links: list[dict[str, Any]] = [
        {"rel": PROFILE_REL, "type": "text/html", "href": profile_url(handle)},
        {"rel": "self", "type": "application/json", "href": look_up_url(handle)},
        {"rel": SIGCHAIN_REL, "type": "application/json", "href": sigchain_url(handle)},
        *({"rel": NATS_REL, "href": url, "properties": inbox} for url in _nats_urls()),
    ]
    return {
        "subject": f"acct:{fqhn(handle)}",
        "aliases": [profile_url(handle), look_up_url(handle)],
        "properties": {PRIMARY_PROPERTY: primary_text(handle)},
        "links": [link for link in links if not rels or link["rel"] in rels],
    }


def _nats_urls() -> list[str]:
    return [*settings.KEZ_NATS_PUBLIC_URL.split(","), *settings.KEZ_NATS_PUBLIC_WS_URL.split(",")]
