"""tickets.json: tickets that are read, and that are refused."""

from __future__ import annotations

import base64
import json
from typing import Any

from kezproto.canonical import canonical_bytes
from kezproto.tickets import MAX_ADDRESSES, MAX_TICKET_CHARACTERS, TICKET_PREFIX, Ticket
from vector_tables.cast import ALICE, drop, put

Case = dict[str, Any]

CONTENT = "blake3:" + "c0" * 32
KEY = bytes.fromhex("b7" * 32)
TICKET = Ticket(
    node=ALICE.primary,
    content=CONTENT,
    key=KEY,
    addresses=("192.0.2.7:4433", "[2001:db8::7]:4433"),
    relay="https://relay.kez.lat",
)


def build() -> dict[str, Any]:
    return {
        "about": "'valid': the text is read as these values, and they are written as this text.",
        "valid": _valid(),
        "refused": _refused(),
    }


def _valid() -> list[Case]:
    several = tuple(f"192.0.2.{number}:4433" for number in range(MAX_ADDRESSES))
    tickets = [
        ("a file", TICKET),
        ("a folder", Ticket(ALICE.primary, CONTENT, KEY, kind="folder", addresses=("127.0.0.1:1",))),
        ("without any address", Ticket(ALICE.primary, CONTENT, KEY)),
        ("as many addresses as there may be", Ticket(ALICE.primary, CONTENT, KEY, addresses=several)),
        (
            "a relay without TLS, on loopback",
            Ticket(ALICE.primary, CONTENT, KEY, relay="http://127.0.0.1:3340/"),
        ),
    ]
    return [
        {
            "name": name,
            "text": ticket.encode(),
            "node": ticket.node.hex,
            "content": ticket.content,
            "key_hex": ticket.key.hex(),
            "kind": ticket.kind,
            "addresses": list(ticket.addresses),
            "relay": ticket.relay,
        }
        for name, ticket in tickets
    ]


def _refused() -> list[Case]:
    cases = [*_spellings(), *_contents()]
    return [{"name": name, "text": text, "error": code} for name, code, text in cases]


def _written(data: bytes) -> str:
    return TICKET_PREFIX + base64.urlsafe_b64encode(data).decode().rstrip("=")


def _document() -> dict[str, Any]:
    body = TICKET.encode().removeprefix(TICKET_PREFIX)
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def _spellings() -> list[tuple[str, str, str]]:
    text = TICKET.encode()
    body = text.removeprefix(TICKET_PREFIX)
    data = canonical_bytes(_document())
    with_bits = _with_bits_to_spare()
    texts = [
        ("nothing", ""),
        ("only a prefix", TICKET_PREFIX),
        ("no prefix", body),
        ("a prefix of the future", "kez2:" + body),
        ("a prefix in upper case", "KEZ1:" + body),
        ("a space in front", " " + text),
        ("a line break behind", text + "\n"),
        ("a letter that base64url does not have", text[:-1] + "!"),
        ("the other alphabet", text[:-1] + "+"),
        ("a letter beyond ASCII", text[:-1] + "é"),
        ("padding characters", text + "="),
        ("a single letter more than base64 can have", text + "A" * ((1 - len(body)) % 4)),
        ("stray bits in the last letter", with_bits[:-1] + chr(ord(with_bits[-1]) + 1)),
        ("cut short", text[: len(text) // 2]),
        ("no JSON", _written(b"no JSON")),
        ("a list", _written(b"[]")),
        ("null", _written(b"null")),
        ("a name that stands twice", _written(data[:-1] + b',"kind":"file"}')),
        ("JSON that is not canonical", _written(data.replace(b",", b", ", 1))),
        ("names in another order", _written(json.dumps(dict(reversed(_document().items()))).encode())),
        ("too long", _written(data + b" " * MAX_TICKET_CHARACTERS)),
    ]
    return [(name, "malformed", each) for name, each in texts]


def _with_bits_to_spare() -> str:
    """A good ticket whose last letter stands for two bits only, so that four are left over."""
    relays = (f"https://relay.kez.lat/{'x' * more}" for more in range(3))
    texts = [Ticket(ALICE.primary, CONTENT, KEY, relay=relay).encode() for relay in relays]
    return next(text for text in texts if (len(text) - len(TICKET_PREFIX)) % 4 == 2)


def _contents() -> list[tuple[str, str, str]]:
    node = ALICE.primary.hex
    several = [f"192.0.2.{number}:4433" for number in range(MAX_ADDRESSES + 1)]
    table: list[tuple[str, str, str, Any]] = [
        ("a further field", "unknown_field", "note", "hi"),
        ("a further field named __proto__", "unknown_field", "__proto__", {}),
        ("node in upper case", "malformed", "node", node.upper()),
        ("node cut short", "malformed", "node", node[:-2]),
        ("node as a primary", "malformed", "node", f"ed25519:{node}"),
        ("node null", "malformed", "node", None),
        ("node of small order", "bad_key", "node", "01" + "00" * 31),
        ("node that is no point", "bad_key", "node", "02" + "00" * 31),
        ("content without its prefix", "malformed", "content", "c0" * 32),
        ("content of another hash", "malformed", "content", "sha256:" + "c0" * 32),
        ("key cut short", "malformed", "key", "b7" * 31),
        ("key in upper case", "malformed", "key", "B7" * 32),
        ("key null", "malformed", "key", None),
        ("kind of the future", "malformed", "kind", "pigeon"),
        ("kind null", "malformed", "kind", None),
        ("kind a list", "malformed", "kind", ["file"]),
        ("addresses null", "malformed", "addresses", None),
        ("addresses as text", "malformed", "addresses", "192.0.2.7:4433"),
        ("too many addresses", "malformed", "addresses", several),
        ("an address twice", "malformed", "addresses", several[:1] * 2),
        ("an address that is a name", "malformed", "addresses", ["node.kez.lat:4433"]),
        ("an address that is too long", "malformed", "addresses", ["1" * 65]),
        ("an address that is empty", "malformed", "addresses", [""]),
        ("an address that is a number", "malformed", "addresses", [4433]),
        ("an address that is a list", "malformed", "addresses", [["192.0.2.7:4433"]]),
        ("relay empty", "malformed", "relay", ""),
        ("relay of another scheme", "malformed", "relay", "file:///etc/passwd"),
        ("relay with a space", "malformed", "relay", "https://relay.kez.lat/ x"),
        ("relay a number", "malformed", "relay", 7),
    ]
    found = []
    for name, code, field, value in table:
        document = _document()
        put(field, value)(document)
        found.append((name, code, _written(canonical_bytes(document))))
    for field in _document():
        document = _document()
        drop(field)(document)
        found.append((f"no {field}", "malformed", _written(canonical_bytes(document))))
    return found
