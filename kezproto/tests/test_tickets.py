"""Tickets, against the vectors."""

import pytest

from kezproto.errors import Malformed, ProtocolError
from kezproto.keys import Primary
from kezproto.tests.cast import ALICE
from kezproto.tests.vectors import load, params
from kezproto.tickets import MAX_TICKET_CHARACTERS, Ticket, parse_ticket

VECTORS = load("tickets.json")
CONTENT = "blake3:" + "c0" * 32


@pytest.mark.parametrize("case", params(VECTORS["valid"]))
def test_valid(case):
    ticket = Ticket(
        node=Primary.from_hex(case["node"]),
        content=case["content"],
        key=bytes.fromhex(case["key_hex"]),
        kind=case["kind"],
        addresses=tuple(case["addresses"]),
        relay=case["relay"],
    )
    assert parse_ticket(case["text"]) == ticket
    assert ticket.encode() == case["text"]


@pytest.mark.parametrize("case", params(VECTORS["refused"]))
def test_refused(case):
    with pytest.raises(ProtocolError) as caught:
        parse_ticket(case["text"])
    assert caught.value.code == case["error"]


def test_a_ticket_that_nobody_would_read_is_not_written():
    with pytest.raises(Malformed):
        Ticket(ALICE.primary, "c0" * 32, bytes(32)).encode()
    with pytest.raises(Malformed):
        Ticket(ALICE.primary, CONTENT, bytes(31)).encode()
    roomy = Ticket(ALICE.primary, CONTENT, bytes(32), relay="https://r/" + "x" * 2000)
    assert len(roomy.encode()) < MAX_TICKET_CHARACTERS
    addresses = tuple(f"[{number:04x}{'0' * 40}]:4433" for number in range(16))
    with pytest.raises(Malformed):
        Ticket(ALICE.primary, CONTENT, bytes(32), relay=roomy.relay, addresses=addresses).encode()


def test_no_error_tells_the_key():
    text = Ticket(ALICE.primary, CONTENT, b"\xb7" * 32).encode()
    with pytest.raises(Malformed) as caught:
        parse_ticket(text + "=")
    assert text[5:] not in str(caught.value)
