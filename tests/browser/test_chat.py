"""/chat with two people in two browsers: what they write, how far it came, and what each may decide."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from devstack.stack import Stack
from kezproto.keys import SigningKey
from tests.browser.chatting import (
    befriend,
    choose,
    composer,
    conversation,
    enter,
    last_messages,
    lie_about,
    look_up,
    message,
    open_conversation,
    send_text,
    start_conversation,
    two_people,
    wait_state,
)
from tests.browser.joining import is_in
from tests.browser.pen_friend import PenFriend
from tests.browser.visitor import Visitor

Pair = tuple[Visitor, Visitor]


@pytest.fixture
def pair(visitor_of: Callable[..., Visitor]) -> Pair:
    return two_people(visitor_of)


def test_both_ways_from_a_request_to_read_with_reply_search_draft_and_deletion(pair: Pair):
    alice, bob = pair
    page = alice.page
    expect(page.get_by_role("heading", name="Nobody here yet")).to_be_visible()
    refused = look_up(alice, "nobody-has-this")
    expect(refused.get_by_role("alert")).to_have_text("Nobody has this handle. Check how it is written.")
    refused.get_by_label("Their handle").fill(alice.name)
    refused.get_by_role("button", name="Look up").click()
    expect(refused.get_by_role("alert")).to_contain_text("That is you")
    refused.get_by_role("button", name="Cancel").click()

    start_conversation(alice, bob.name)
    send_text(alice, "Hello Bob")
    wait_state(alice, "Hello Bob", "delivered")
    expect(bob.page.get_by_role("region", name=re.compile("^Message requests"))).to_contain_text(alice.name)
    expect(bob.page).to_have_title(re.compile(r"^\(1\) "))
    open_conversation(bob, alice.name)
    expect(composer(bob)).to_be_hidden()
    bob.page.get_by_role("button", name="Accept").click()
    expect(composer(bob)).to_be_focused()
    expect(bob.page).not_to_have_title(re.compile(r"^\("))
    wait_state(alice, "Hello Bob", "read")

    bob.page.keyboard.type("first line")
    bob.page.keyboard.press("Shift+Enter")
    bob.page.keyboard.type("second line")
    bob.page.keyboard.press("Enter")
    expect(page.locator("li.message.theirs .text")).to_have_text("first line\nsecond line")
    expect(page.get_by_role("log", name="New messages")).to_have_text(f"{bob.name}: first line second line")
    wait_state(bob, "first line\nsecond line", "read")

    choose(alice, "first line\nsecond line", "Reply")
    expect(composer(alice)).to_be_focused()
    send_text(alice, "To both")
    quote = message(bob, "To both").get_by_role("button", name=re.compile("wrote"))
    expect(quote).to_contain_text("first line second line")
    quote.click()
    expect(message(bob, "first line\nsecond line")).to_be_focused()

    composer(alice).fill("half a thou")
    page.get_by_role("link", name="Contacts").click()
    is_in(alice, "/contacts")
    page.get_by_role("link", name="Chats").click()
    expect(conversation(alice, bob.name)).to_contain_text("Draft: half a thou")
    page.reload()
    enter(alice)
    open_conversation(alice, bob.name)
    expect(composer(alice)).to_have_value("half a thou")
    assert last_messages(alice, 2) == ["first line\nsecond line", "To both"]

    page.keyboard.press("Control+k")
    page.keyboard.type("SECOND")
    found = page.get_by_role("region", name="Messages", exact=True).get_by_role("link")
    expect(found).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(message(alice, "first line\nsecond line")).to_be_focused()

    page.keyboard.press("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator("li.message.theirs")).to_have_count(0)
    expect(message(alice, "To both")).to_contain_text("The message it answers is not here.")
    expect(bob.page.get_by_text("second line").first).to_be_visible()


def test_what_is_written_offline_waits_and_goes_out_and_a_block_ends_it(pair: Pair, stack: Stack):
    alice, bob = pair
    befriend(alice, bob)
    bob.expect("ERR_INTERNET_DISCONNECTED|WebSocket connection")
    bob.context.set_offline(True)
    send_text(bob, "Written in a tunnel")
    wait_state(bob, "Written in a tunnel", "queued")
    expect(conversation(bob, alice.name).locator(".state")).to_have_text("Waiting")
    send_text(alice, "Are you there?")
    wait_state(alice, "Are you there?", "sent")
    bob.context.set_offline(False)
    wait_state(bob, "Written in a tunnel", "read")
    expect(message(alice, "Written in a tunnel")).to_be_visible()
    wait_state(alice, "Are you there?", "read")

    page = bob.page
    page.get_by_role("button", name="Details of this conversation").click()
    details = page.get_by_role("dialog", name=alice.name)
    expect(details.locator(".safety-number")).to_have_text(re.compile(r"^\d{60}$"))
    details.get_by_role("switch", name="I have compared it").check()
    details.get_by_role("button", name="Close").click()
    expect(page.get_by_text("Safety number compared")).to_be_visible()
    expect(conversation(bob, alice.name)).to_contain_text("verified")
    page.get_by_role("button", name="Details of this conversation").click()
    details.get_by_role("button", name="Block").click()
    page.get_by_role("dialog", name=f"Block {alice.name}?").get_by_role("button", name="Block").click()
    expect(page.get_by_text(f"You have blocked {alice.name}")).to_be_visible()
    expect(composer(bob)).to_be_hidden()
    send_text(alice, "Into the void")
    wait_state(alice, "Into the void", "sent")
    # What was written later is there: that one has arrived, and was dropped.
    PenFriend(f"penny-{uuid4().hex[:8]}", stack).write(bob.name, ["Later than that"])
    expect(page.get_by_role("region", name=re.compile("^Message requests"))).to_be_visible()
    page.get_by_role("button", name="Unblock").click()
    send_text(bob, "Back again")
    expect(message(alice, "Back again")).to_be_visible()
    expect(message(bob, "Into the void")).to_have_count(0)


def test_a_request_can_be_blocked_and_a_changed_key_stops_writing_until_it_was_compared(pair: Pair):
    alice, bob = pair
    start_conversation(alice, bob.name)
    send_text(alice, "Buy my things")
    open_conversation(bob, alice.name)
    bob.page.get_by_role("button", name="Block").click()
    bob.page.get_by_role("dialog").get_by_role("button", name="Block").click()
    expect(bob.page.get_by_text(f"You have blocked {alice.name}")).to_be_visible()
    expect(bob.page.get_by_role("region", name=re.compile("^Message requests"))).to_be_hidden()
    wait_state(alice, "Buy my things", "delivered")
    bob.page.get_by_role("link", name="Contacts").click()
    bob.page.get_by_role("button", name="Add").click()
    dialog = bob.page.get_by_role("dialog", name="Add a contact")
    dialog.get_by_label("Their handle").fill(alice.name)
    dialog.get_by_role("button", name="Look up").click()
    row = bob.page.get_by_role("list", name="Contacts").get_by_role("listitem")
    expect(row).to_contain_text("Blocked")
    row.get_by_role("button", name=f"More for {alice.name}").click()
    bob.page.get_by_role("menuitem", name="Unblock").click()
    expect(row).to_contain_text("not compared yet")
    row.get_by_role("button", name=f"More for {alice.name}").click()
    bob.page.get_by_role("menuitem", name="Remove").click()
    bob.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(bob.page.get_by_role("heading", name="No contacts yet")).to_be_visible()

    bob.page.get_by_role("link", name="Chats").click()
    open_conversation(bob, alice.name)
    send_text(bob, "On second thought")
    expect(message(alice, "On second thought")).to_be_visible()
    current = alice.page.locator("a.conversation[aria-current]")
    former = current.get_attribute("data-peer") or ""
    fresh = SigningKey(os.urandom(32)).primary.hex
    lie_about(alice, bob.name, former, fresh)
    # The registry is asked again after ten minutes.
    alice.altered.clock.set_system_time(datetime.now(UTC) + timedelta(minutes=11))
    alice.page.get_by_role("link", name="Contacts").click()
    alice.page.get_by_role("link", name=f"Write to {bob.name}").click()
    warning = alice.page.get_by_role("alert").filter(has_text="has changed")
    expect(warning).to_be_visible()
    expect(composer(alice)).to_be_hidden()
    expect(conversation(alice, bob.name)).to_contain_text("The key has changed")
    accept = warning.get_by_role("button", name="Use the new key")
    expect(accept).to_be_disabled()
    numbers = warning.locator(".safety-number")
    expect(numbers.nth(1)).to_have_text(re.compile(r"^\d{60}$"))
    assert numbers.nth(0).inner_text() != numbers.nth(1).inner_text()
    warning.get_by_label("I have compared the new number").check()
    accept.click()
    expect(composer(alice)).to_be_visible()
    expect(current).to_have_attribute("data-peer", fresh)
