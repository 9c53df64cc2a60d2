"""/join on servers that take people by invitation, by approval (with a proof of work before), or not at all."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from devstack.stack import Stack
from tests.browser.axe import assert_accessible
from tests.browser.conftest import visitors
from tests.browser.contexts import Contexts
from tests.browser.joining import choose_passphrase, is_in, is_online, prove_words
from tests.browser.visitor import Visitor


@pytest.fixture
def visitor_in(
    contexts: Contexts, stack: Stack, in_mode: Callable[[str], str]
) -> Iterator[Callable[[str], Visitor]]:
    """`visitor_in("invite")` opens a browser before the web process of that mode."""
    with ExitStack() as doors:

        def make(mode: str) -> Visitor:
            return doors.enter_context(visitors(contexts, in_mode(mode), [stack.sigchain_url]))(mode)

        yield make


def name(start: str) -> str:
    return f"{start}-{uuid4().hex[:8]}"


def type_handle(visitor: Visitor, handle: str) -> None:
    visitor.page.get_by_label("Handle", exact=True).fill(handle)
    expect(visitor.page.get_by_text(f"{handle} is free")).to_be_visible()


def look_again(visitor: Visitor) -> None:
    """Presses "Look again" if it is still there: the page asks by itself as well, and may know already."""
    button = visitor.page.get_by_role("button", name="Look again")
    button.evaluate_all("(buttons) => buttons.forEach((button) => button.click())")


def finish(visitor: Visitor) -> None:
    """From the words on to the claim."""
    prove_words(visitor)
    choose_passphrase(visitor.page)
    visitor.page.get_by_role("button", name="Claim the handle").click()


def test_a_closed_server_says_so_and_points_to_restoring(visitor_in):
    visitor = visitor_in("closed")
    visitor.goto("/join")
    page = visitor.page
    expect(page.get_by_text("gives out no new handles at the moment")).to_be_visible()
    expect(page.get_by_label("Handle", exact=True)).to_be_hidden()
    page.get_by_role("link", name="restore it with your 24 words").click()
    expect(page.get_by_role("heading", name="Which handle is yours?")).to_be_focused()


def test_by_invitation_from_a_link(visitor_in, stack):
    made = json.loads(stack.manage("kez", "invite", "--json"))
    visitor = visitor_in("invite")
    requests = visitor.note_requests()
    visitor.goto(f"/join#invite={made['code']}")
    page = visitor.page
    expect(page.get_by_label("Invite", exact=True)).to_have_value(made["code"])
    assert not any(made["code"] in url for url in requests), "the code is in no address that is asked for"
    type_handle(visitor, name("guest"))
    page.get_by_role("button", name="Continue").click()
    finish(visitor)
    is_in(visitor)
    is_online(visitor)
    assert page.evaluate("localStorage.getItem('kez-chat.invite')") is None
    left = json.loads(stack.manage("kez", "invites", "--json"))["invites"]
    assert made["hint"] not in [invite["hint"] for invite in left]


def test_an_invite_that_is_none_is_told_before_any_words(visitor_in, stack):
    visitor = visitor_in("invite")
    visitor.goto("/join")
    page = visitor.page
    type_handle(visitor, name("guest"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Type the code of your invite.")).to_be_visible()
    expect(page.get_by_label("Invite", exact=True)).to_be_focused()
    assert_accessible(page)
    page.get_by_label("Invite", exact=True).fill("aaaaa-aaaaa-aaaaa-aaaaa")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("This invite is not good")).to_be_visible()


def test_an_invite_that_is_used_up_meanwhile_can_be_replaced(visitor_in, stack):
    first, second = (json.loads(stack.manage("kez", "invite", "--json"))["code"] for _ in range(2))
    visitor = visitor_in("invite")
    visitor.expect("status of 403 .*/v1/register")
    visitor.goto(f"/join#invite={first}")
    page = visitor.page
    type_handle(visitor, name("guest"))
    page.get_by_role("button", name="Continue").click()
    prove_words(visitor)
    stack.manage("kez", "uninvite", first, "--reason", "Lost.")
    choose_passphrase(page)
    page.get_by_role("button", name="Claim the handle").click()
    expect(page.get_by_text("This invite is not good")).to_be_visible()
    page.get_by_role("button", name="Use another invite").click()
    page.get_by_label("Invite", exact=True).fill(second)
    page.get_by_role("button", name="Continue").click()
    is_in(visitor)  # words and passphrase are asked for once


def test_by_approval_coming_back_later(visitor_in, stack):
    visitor = visitor_in("approval")
    visitor.expect("status of 403 .*/v1/register")  # the proof of work is asked for
    handle = name("patient")
    visitor.goto("/join")
    page = visitor.page
    expect(page.get_by_text("look at each registration")).to_be_visible()
    type_handle(visitor, handle)
    page.get_by_role("button", name="Continue").click()
    finish(visitor)
    expect(page.get_by_role("heading", name=f"{handle} waits for approval")).to_be_focused()
    expect(page.get_by_text("Nobody has decided yet")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("Nobody has decided yet")).to_be_visible()
    # Another day: the browser was closed meanwhile, the operators have agreed.
    stack.manage("kez", "approve", handle)
    visitor.goto("/chat")
    expect(page.get_by_role("heading", name=f"Finish claiming {handle}")).to_be_visible()
    expect(page.get_by_text("whether the operators have decided")).to_be_visible()
    page.get_by_label("Passphrase", exact=True).fill("seven quiet herons")
    page.get_by_role("button", name="Go on").click()
    is_in(visitor)
    is_online(visitor)


def test_by_approval_while_the_page_is_open(visitor_in, stack):
    visitor = visitor_in("approval")
    visitor.expect("status of 403 .*/v1/register")
    first, second = name("hopeful"), name("modest")
    visitor.goto("/join")
    page = visitor.page
    type_handle(visitor, first)
    page.get_by_role("button", name="Continue").click()
    finish(visitor)
    expect(page.get_by_text("Nobody has decided yet")).to_be_visible()
    stack.manage("kez", "decline", first, "--reason", "Names of places are for places.")
    look_again(visitor)
    expect(page.get_by_text("declined this registration: Names of places are for places.")).to_be_visible()
    page.get_by_role("button", name="Choose another handle").click()
    type_handle(visitor, second)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name=f"{second} waits for approval")).to_be_visible()
    stack.manage("kez", "approve", second)
    look_again(visitor)
    is_in(visitor)
