"""The ticket of a file that is fetched from its owner's node: `kez1:` and base64url of canonical JSON.

It travels inside a sealed message or a sealed entry and holds the key, so it is as secret as the file. Where the node
is reached (`addresses`, `relay`) is a hint that may be old; the key of the node is what the transport authenticates.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Literal, cast

from kezproto import fields
from kezproto.canonical import canonical_bytes, parse_json
from kezproto.errors import Malformed
from kezproto.fields import Check, check_fields
from kezproto.keys import Primary

TICKET_PREFIX = "kez1:"
MAX_TICKET_CHARACTERS = 4096
MAX_ADDRESSES = 16

TicketKind = Literal["file", "folder"]

_FIELDS: dict[str, Check] = {
    "node": fields.hex_digits(64),
    "addresses": fields.list_of(
        fields.pattern(r"[0-9a-f.:\[\]]{3,64}", "an address: host and port"), minimum=0, maximum=MAX_ADDRESSES
    ),
    "relay": fields.nullable(fields.url("https://", "http://")),
    "content": fields.blake3,
    "key": fields.hex_digits(64),
    "kind": fields.one_of("file", "folder"),
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """`node` serves the content `content` (a content id); `key` opens it. A folder's content is its listing."""

    node: Primary
    content: str
    key: bytes = field(repr=False)
    kind: TicketKind = "file"
    addresses: tuple[str, ...] = ()
    relay: str | None = None

    def encode(self) -> str:
        """Malformed if `parse_ticket` would refuse it."""
        document = {
            "node": self.node.hex,
            "addresses": list(self.addresses),
            "relay": self.relay,
            "content": self.content,
            "key": self.key.hex(),
            "kind": self.kind,
        }
        text = TICKET_PREFIX + base64.urlsafe_b64encode(canonical_bytes(document)).decode().rstrip("=")
        parse_ticket(text)
        return text


def parse_ticket(text: str) -> Ticket:
    """Read a ticket: Malformed, UnknownField, or BadKey for a node that is no key."""
    if not text.startswith(TICKET_PREFIX) or len(text) > MAX_TICKET_CHARACTERS:
        raise Malformed("This is no ticket of a shared file, or one of a newer version.")
    body = text.removeprefix(TICKET_PREFIX)
    fields.base64url_data(minimum=1, maximum=MAX_TICKET_CHARACTERS)(body)
    data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    document = parse_json(data)
    check_fields(document, _FIELDS, what="ticket", optional=frozenset())
    if canonical_bytes(document) != data:
        raise Malformed("The ticket was not written in its canonical form.")
    return Ticket(
        node=Primary.from_hex(document["node"]),
        content=document["content"],
        key=bytes.fromhex(document["key"]),
        kind=cast(TicketKind, document["kind"]),
        addresses=tuple(document["addresses"]),
        relay=document["relay"],
    )
