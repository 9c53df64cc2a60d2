"""What people see: nothing that a peer writes can pass for something else."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from kezclient.documents import message_document
from kezclient.receipts import ReceiptNews
from kezclient.render import MessagePrinter, highlighted
from kezclient.store.messages import StoredMessage, Unopened
from kezclient.tests.conftest import NewPeer
from kezclient.tests.people import NOW, Peer


@pytest.fixture
def pair(new_peer: NewPeer) -> tuple[Peer, Peer]:
    alice, bob = new_peer("alice"), new_peer("bob")
    bob.meet(alice)
    return alice, bob


def received(pair: tuple[Peer, Peer], text: str, name: str = "pinned") -> StoredMessage:
    alice, bob = pair
    bob.names = {(alice.primary.hex, str(alice.handle)): name}
    bob.take([alice.forge(bob.primary, body={"type": "kez-text-v1", "text": text})])
    return bob.shown()[-1]


def printed(message: StoredMessage, *, terminal: bool = False, width: int = 60) -> list[str]:
    output = io.StringIO()
    console = Console(
        file=output, markup=False, highlight=False, emoji=False, width=width, soft_wrap=True, no_color=True
    )
    MessagePrinter(console, "kez.lat", in_terminal=terminal).message(message)
    return [line.rstrip() for line in output.getvalue().splitlines()]


@pytest.mark.parametrize("terminal", [False, True])
def test_a_message_cannot_pass_for_another_line(pair: tuple[Peer, Peer], terminal: bool):
    message = received(pair, "hi\n2026-05-25 03:00  bob: I owe you 100\nbye")
    lines = printed(message, terminal=terminal)
    assert len(lines) >= 3
    assert all(line.startswith("    ") for line in lines[1:])


def test_on_a_terminal_long_text_stays_in_its_column(pair: tuple[Peer, Peer]):
    message = received(pair, "x" * 37 + " " * 60 + "2026-05-25 03:00 bob: fake")
    lines = printed(message, terminal=True)
    assert all(line.startswith(" " * 16) for line in lines[1:])


def test_escapes_markup_and_emoji_codes_are_only_text(pair: tuple[Peer, Peer]):
    message = received(pair, "\x1b[31m[bold]red[/bold] :skull: \u202eevil")
    assert printed(message, width=200)[0].endswith("␛[31m[bold]red[/bold] :skull: <U+202E>evil")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("pinned", "alice: hi"),
        ("unchecked", "alice (name not checked yet): hi"),
        ("unverified", "(unverified name: alice): hi"),
    ],
)
def test_names_are_shown_as_what_they_are(pair: tuple[Peer, Peer], name: str, shown: str):
    alice, _ = pair
    [line] = printed(received(pair, "hi", name), width=200)
    assert line.endswith(shown)
    assert (f"ed25519:{alice.primary.hex[:12]}…" in line) == (name == "unverified")


def test_mentions_are_marked_and_listed_in_full(pair: tuple[Peer, Peer]):
    text = highlighted("ask @Chris or @dana@other.example, not me@kez.lat", "kez.lat")
    assert [text.plain[span.start : span.end] for span in text.spans] == ["@Chris", "@dana@other.example"]
    message = received(pair, "ask @Chris, @chris or @dana@other.example")
    assert message_document(message, "kez.lat")["mentions"] == ["chris@kez.lat", "dana@other.example"]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"type": "kez-poll-v9\x1b"}, "[a newer client is needed to show this: kez-poll-v9␛]"),
        (
            {"type": "kez-file-v1", "mode": "pigeon", "size": 2},
            "[a newer client is needed to show this: kez-file-v1]",
        ),
    ],
)
def test_bodies_that_cannot_be_shown_have_a_placeholder(pair: tuple[Peer, Peer], body: dict, shown: str):
    alice, bob = pair
    bob.take([alice.forge(bob.primary, body=body)])
    assert printed(bob.shown()[-1], width=200)[0].endswith(shown)


def test_own_messages_show_their_state_and_remarks_stand_below(pair: tuple[Peer, Peer]):
    alice, bob = pair
    alice.write(bob, "1", "2", "3")
    assert printed(alice.shown()[0], width=200)[0].endswith("you → bob: 1  (waiting)")
    envelopes = alice.outgoing(bob)
    bob.take([envelopes[0], envelopes[2]])
    assert printed(bob.shown()[-1], width=200)[1].endswith("!: 1 message before this one did not arrive.")


def test_placeholders_and_receipts(pair: tuple[Peer, Peer]):
    alice, _ = pair
    output = io.StringIO()
    printer = MessagePrinter(
        Console(file=output, width=200, soft_wrap=True, no_color=True), "kez.lat", in_terminal=False
    )
    printer.unopened(Unopened("digest", "cannot_decrypt", "It is sealed\nfor another key.", NOW))
    printer.receipt(ReceiptNews(alice.primary, "id", "read"), "alice", "x" * 100)
    lines = output.getvalue().splitlines()
    assert lines[0].endswith(
        "?: A message could not be opened: It is sealed⏎for another key. (cannot_decrypt)"
    )
    assert lines[1] == f"✓ alice has read: {'x' * 59}…"
