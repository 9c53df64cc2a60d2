"""/join: from nothing to a handle of one's own."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from devstack.stack import Stack
from kezproto.keys import SigningKey
from kezproto.phrase import phrase_to_seed
from tests.browser.axe import assert_accessible
from tests.browser.joining import (
    PASSPHRASE,
    answer_words,
    choose_passphrase,
    is_in,
    is_online,
    join,
    pick_handle,
    prove_words,
    unlock,
    words_shown,
)
from tests.browser.visitor import Visitor

FOCUSED = "(document.activeElement.labels?.[0] ?? document.activeElement).innerText"


def ask(url: str) -> dict[str, Any] | None:
    """What an address answers as JSON; None for 404."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - loopback, http only
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return None
    return found


def note(page: Page) -> str | None:
    """What is still to do for joining, as the browser has noted it."""
    found: str | None = page.evaluate("localStorage.getItem('kez-chat.joining')")
    return found


def test_the_words_hold_the_handle_and_its_sigchain_says_where_it_is_reached(visitor: Visitor, stack: Stack):
    requests = visitor.note_requests()
    words = join(visitor, "joiner")
    is_online(visitor)
    assert any("/v1/register" in url for url in requests)
    entry = ask(f"{stack.base_url}/v1/u/joiner")
    assert entry is not None
    assert entry["primary"] == str(SigningKey(phrase_to_seed(" ".join(words))).primary)
    chain = ask(entry["sigchain_url"])
    assert chain is not None
    assert {event["payload"]["op"] for event in chain["events"]} == {"add_endpoint"}
    assert note(visitor.page) is None

    visitor.page.reload()
    unlock(visitor)
    visitor.goto("/join")
    expect(visitor.page.get_by_role("heading", name="joiner is already here")).to_be_visible()


def test_a_handle_is_judged_while_it_is_typed(visitor: Visitor):
    page = visitor.page
    visitor.goto("/join")
    handle = page.get_by_label("Handle", exact=True)
    state = page.locator("#join-handle-state")
    for typed, said in {
        "al": "1 more, at least.",
        "al ice": "A handle has no spaces.",
        "alicé": "“é” can't be in a handle.",
        "_alice": "It begins with a letter or a digit.",
        "a" * 33: "At most 32 characters; these are 33.",
        "alice@elsewhere.example": "This server gives out handles of kez.lat only.",
        "Free-Name": "free-name is free. Elsewhere you are free-name@kez.lat.",
        "@free_name": "free_name is free. Elsewhere you are free_name@kez.lat.",
    }.items():
        handle.fill(typed)
        expect(state).to_have_text(said)
    handle.fill("")
    page.get_by_role("button", name="Continue").click()
    expect(state).to_have_text("Type the handle that you would like.")
    expect(handle).to_be_focused()


def test_a_taken_and_a_reserved_handle_are_refused_and_the_words_stay(
    visitor_of: Callable[..., Visitor], stack: Stack
):
    join(visitor_of("first"), "firstcome")
    late = visitor_of("late")
    page = late.page
    late.goto("/join")
    page.get_by_label("Handle", exact=True).fill("firstcome")
    expect(page.get_by_text("firstcome is taken.")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Pick a handle")).to_be_visible()

    # Whether a free name is reserved, the server tells only when it is claimed.
    page.get_by_label("Handle", exact=True).fill("postmaster")
    page.get_by_role("button", name="Continue").click()
    words = prove_words(late)
    choose_passphrase(page)
    late.expect("status of 403")
    page.get_by_role("button", name="Claim the handle").click()
    expect(page.get_by_text("This handle is reserved. Choose another.")).to_be_visible()
    assert note(page) == "claim"
    page.get_by_role("button", name="Choose another handle").click()
    page.get_by_label("Handle", exact=True).fill("latecomer")
    page.get_by_role("button", name="Continue").click()
    is_in(late)
    entry = ask(f"{stack.base_url}/v1/u/latecomer")
    assert entry is not None
    assert entry["primary"] == str(SigningKey(phrase_to_seed(" ".join(words))).primary)


def test_wrong_words_lead_back_to_the_words(visitor: Visitor, stack: Stack):
    page = visitor.page
    pick_handle(visitor, "forgetful")
    words = words_shown(page)
    page.get_by_role("button", name="I have written them down").click()
    answer_words(page, words)
    field = page.locator(".word-questions input").nth(1)
    field.fill("zebra" if field.input_value() != "zebra" else "zoo")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="does not fit. No harm done")).to_be_visible()
    expect(field).to_be_focused()
    page.get_by_role("button", name="Show the words again").click()
    assert words_shown(page) == words
    assert ask(f"{stack.base_url}/v1/u/forgetful") is None
    prove_words(visitor)
    choose_passphrase(page, "short")
    page.get_by_role("button", name="Claim the handle").click()
    expect(page.get_by_text("A passphrase has at least 8 characters.")).to_be_visible()
    page.get_by_label("New passphrase", exact=True).fill("long enough now")
    page.get_by_role("button", name="Claim the handle").click()
    expect(page.get_by_text("This differs from the one above.")).to_be_visible()


def test_nothing_is_sent_while_the_words_are_shown_and_no_field_remembers_them(visitor: Visitor):
    page = visitor.page
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    pick_handle(visitor, "silent")
    requests = visitor.note_requests()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    words = words_shown(page)
    assert page.locator("[data-step=words] input, [data-step=words] textarea").count() == 0
    assert page.locator(".words").evaluate("(list) => getComputedStyle(list).userSelect") == "none"

    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Don't copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == ""
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copy anyway").click()
    expect(page.get_by_text("Copied. Paste them somewhere safe now.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == " ".join(words)

    page.get_by_role("button", name="I have written them down").click()
    assert page.locator(".words").count() == 0
    for field in page.locator(".word-questions input").all():
        found = {
            name: field.get_attribute(name)
            for name in ("autocomplete", "spellcheck", "autocapitalize", "name")
        }
        assert found == {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none", "name": None}
    page.get_by_role("button", name="Show the words again").click()
    prove_words(visitor)
    assert requests == []
    assert sockets == []


def test_a_lost_answer_is_asked_for_again(visitor: Visitor, stack: Stack):
    page = visitor.page
    lost: list[int] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/v1/register", lose_the_first)
    visitor.expect("ERR_FAILED")
    join(visitor, "persistent")
    assert lost == [201]
    assert ask(f"{stack.base_url}/v1/u/persistent") is not None


def test_joining_goes_on_after_a_reload_before_the_handle_was_claimed(visitor: Visitor, stack: Stack):
    page = visitor.page
    pick_handle(visitor, "resumed")
    words = prove_words(visitor)
    visitor.expect("ERR_")
    page.route("**/v1/register", lambda route: route.abort())
    choose_passphrase(page)
    page.get_by_role("button", name="Claim the handle").click()
    expect(page.get_by_text("The server can't be reached at the moment.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.get_by_role("button", name="Choose another handle")).to_be_hidden()
    page.unroute("**/v1/register")

    visitor.goto("/chat")
    expect(page.get_by_role("heading", name="Finish claiming resumed")).to_be_visible()
    page.get_by_label("Passphrase", exact=True).fill("not the one")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("This is not the passphrase.")).to_be_visible()
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Go on").click()
    is_in(visitor)
    entry = ask(f"{stack.base_url}/v1/u/resumed")
    assert entry is not None
    assert entry["primary"] == str(SigningKey(phrase_to_seed(" ".join(words))).primary)
    assert note(page) is None


def test_without_javascript_the_page_says_what_else_there_is(visitor_of: Callable[..., Visitor]):
    plain = visitor_of("plain", java_script_enabled=False)
    plain.goto("/join")
    expect(plain.page.get_by_role("heading", name="This page needs JavaScript")).to_be_visible()
    expect(plain.page.get_by_label("Handle", exact=True)).to_be_hidden()
    plain.page.get_by_role("link", name="kez-chat").click()
    plain.page.wait_for_url("**/docs/cli")


def test_joining_needs_no_mouse_and_every_step_is_accessible(visitor: Visitor):
    page = visitor.page
    keys = page.keyboard
    visitor.goto("/join")
    expect(page.get_by_role("heading", name="Pick a handle")).to_be_visible()
    assert_accessible(page)

    def tab_to(name: str) -> None:
        """Presses Tab until the element with this accessible name has the focus; it has to come within one round."""
        for _ in range(25):
            keys.press("Tab")
            if page.evaluate(FOCUSED) == name:
                return
        raise AssertionError(f"Tab never reaches {name!r}")

    tab_to("Handle")
    keys.type("keyboard-only")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="These 24 words are your key")).to_be_focused()
    assert_accessible(page)
    words = words_shown(page)
    tab_to("I have written them down")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Three of them, please")).to_be_focused()
    assert_accessible(page)
    for label in page.locator(".word-questions label").all_inner_texts():
        tab_to(label)
        keys.type(words[int(label.removeprefix("Word ")) - 1])
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Lock this browser")).to_be_focused()
    assert_accessible(page)
    tab_to("New passphrase")
    keys.type(PASSPHRASE)
    tab_to("The same again")
    keys.type(PASSPHRASE)
    keys.press("Enter")
    is_in(visitor)
