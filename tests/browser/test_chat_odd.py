"""/chat when not all is well: messages that are missing, of a newer kind, sealed for good, or refused by the server."""

import json
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import WebSocketRoute, expect

from devstack.stack import Stack
from kezproto.digests import digest_of
from tests.browser.chatting import (
    accept_request,
    enter,
    message,
    open_conversation,
    send_text,
    settle,
    start_conversation,
    wait_state,
)
from tests.browser.pen_friend import PenFriend
from tests.browser.visitor import Visitor

PUBLISH = 0x01


@pytest.fixture
def alice(visitor_of: Callable[..., Visitor]) -> Visitor:
    alice = visitor_of(f"alice-{uuid4().hex[:8]}")
    settle(alice)
    return alice


@pytest.fixture
def penny(stack: Stack) -> PenFriend:
    return PenFriend(f"penny-{uuid4().hex[:8]}", stack)


def test_what_is_missing_new_or_sealed_is_said_in_words(alice: Visitor, penny: PenFriend) -> None:
    newer = {"type": "kez-poll-v7", "question": "<b>Tea?</b>"}
    picture = {
        "type": "kez-file-v1",
        "mode": "inline",
        "filename": "cat.png",
        "mime": "image/png",
        "size": 3,
        "digest": digest_of(bytes(3)),
        "data": "AAAA",
    }
    first, _lost, third, poll, cat = penny.compose(alice.name, "first", "lost", "third", newer, picture)
    penny.deliver(alice.name, first, third, poll, cat, b"\x02" + b"\x00" * 300)
    accept_request(alice, penny.name)
    rows = alice.page.locator("li.message")
    expect(rows).to_have_count(4)
    expect(rows.nth(0).locator(".remark")).to_have_count(0)
    expect(rows.nth(1).locator(".remark")).to_contain_text("did not arrive")
    expect(rows.nth(2)).to_contain_text("A newer client is needed")
    expect(rows.nth(3)).to_contain_text("cat.png")
    expect(rows.nth(3)).to_contain_text("It says that it is a picture, but it is not one")

    alice.page.locator("a.conversation").filter(has_text="could not be opened").first.click()
    sealed = alice.page.get_by_role("article").filter(has_text="A message could not be opened")
    expect(sealed).to_have_count(1)
    sealed.get_by_role("button", name="Try again").click()
    expect(sealed).to_have_count(1)


def test_a_message_that_the_server_refuses_says_why_and_can_be_tried_again(
    alice: Visitor, penny: PenFriend
) -> None:
    """The server has no reason to refuse here, so the network between says it in its place."""
    refusing = True

    def between(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def from_page(frame: str | bytes) -> None:
            if refusing and isinstance(frame, bytes) and frame[0] == PUBLISH:
                refusal = {
                    "type": "refused",
                    "refs": [int.from_bytes(frame[1:5], "big")],
                    "code": "too_large",
                }
                route.send(
                    json.dumps({**refusal, "message": "It is too large for the server.", "retry": False})
                )
            else:
                server.send(frame)

        route.on_message(from_page)

    alice.page.route_web_socket(re.compile("/ws$"), between)
    alice.goto("/chat")
    enter(alice)
    start_conversation(alice, penny.name)
    send_text(alice, "Hello?")
    wait_state(alice, "Hello?", "failed")
    row = message(alice, "Hello?")
    expect(row).to_contain_text("Not sent. It is too large for the server.")
    refusing = False
    row.get_by_role("button", name="Try again").click()
    wait_state(alice, "Hello?", "sent")


def test_no_network_is_said_at_once(alice: Visitor, penny: PenFriend) -> None:
    alice.expect("ERR_INTERNET_DISCONNECTED|WebSocket connection")
    start_conversation(alice, penny.name)
    banner = alice.page.get_by_text(re.compile("no connection", re.I))
    expect(banner).to_have_count(0)
    alice.context.set_offline(True)
    expect(banner.first).to_be_visible()
    send_text(alice, "Later, then")
    wait_state(alice, "Later, then", "queued")
    alice.context.set_offline(False)
    wait_state(alice, "Later, then", "sent")
    expect(banner).to_have_count(0)
    open_conversation(alice, penny.name)
