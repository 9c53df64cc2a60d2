"""What others write is shown as they wrote it and nothing more; the chat works by keyboard, and for screen readers."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.chatting import (
    befriend,
    composer,
    conversation,
    message,
    send_text,
    two_people,
    wait_state,
)
from tests.browser.joining import is_in
from tests.browser.visitor import Visitor

HOSTILE = [
    "<script>globalThis.hit = 1</script>",
    '<img src=x onerror="globalThis.hit = 1">',
    "<svg/onload=globalThis.hit=1>",
    "\"><iframe srcdoc='<script>parent.hit=1</script>'>",
    "javascript:globalThis.hit=1",
    "{{constructor.constructor('globalThis.hit=1')()}} ${hit}",
    "</article></li></ol><h1>Your session has ended</h1>",
    "&lt;b&gt; &amp; &#60;",
]

# For each text: what of it is a link, as (text, address, host that is shown beside it).
LINKS: dict[str, list[tuple[str, str, str | None]]] = {
    "see https://kez.lat/u/bob, please": [("https://kez.lat/u/bob", "https://kez.lat/u/bob", None)],
    "kez.lat": [("kez.lat", "https://kez.lat/", None)],
    "mail bob@example.com now": [("bob@example.com", "mailto:bob@example.com", None)],
    "javascript:alert(1) data:text/html,x file:///etc vbscript:x": [],
    "https://kez.lat@evil.example/": [],
    "https://аpple.com": [("https://аpple.com", "https://xn--pple-43d.com/", "xn--pple-43d.com")],
    "https://xn--pple-43d.com": [
        ("https://xn--pple-43d.com", "https://xn--pple-43d.com/", "xn--pple-43d.com")
    ],
    "https://kez.lat/\u202etxt.exe": [],
}


def test_links_lead_where_they_say_and_nothing_else_is_one(visitor: Visitor):
    found: dict[str, list[dict[str, Any]]] = visitor.call(
        "pages/chat/rich_text.js",
        "(module, texts) => Object.fromEntries(texts.map((text) => "
        "[text, module.piecesOf(text, { ownServer: 'kez.lat' }).filter(({ kind }) => kind === 'link')]))",
        list(LINKS),
    )
    bidi = "https://kez.lat/\u202etxt.exe"
    assert all("\u202e" not in link["text"] + link["href"] for link in found[bidi])
    for text in LINKS.keys() - {bidi}:
        assert [(link["text"], link["href"], link["host"]) for link in found[text]] == LINKS[text], text


def test_texts_of_others_stay_texts_and_everything_works_by_keyboard_and_for_axe(
    visitor_of: Callable[..., Visitor],
):
    alice, bob = two_people(visitor_of)
    page = alice.page
    assert_accessible(page)
    befriend(alice, bob)
    for text in HOSTILE:
        send_text(bob, text)
        expect(message(alice, text)).to_be_visible()
    composer(bob).fill(f"@{alice.name} and @carol: evil\u202egnp.exe\u202c at https://example.org/a?b=c")
    composer(bob).press("Enter")
    last = page.locator("li.message").last
    expect(last.locator(".text")).to_contain_text("evil<U+202E>gnp.exe<U+202C>")
    expect(last.get_by_role("link", name="@carol")).to_have_attribute("href", "/u/carol")
    link = last.get_by_role("link", name="https://example.org/a?b=c")
    expect(link).to_have_attribute("rel", re.compile("noopener noreferrer"))
    expect(link).to_have_attribute("target", "_blank")
    expect(last.locator("strong.mention")).to_have_text(f"@{alice.name}")
    assert page.evaluate("globalThis.hit") is None
    assert bob.page.evaluate("globalThis.hit") is None
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Chat with {bob.name}")

    # From here on alice has no mouse.
    composer(alice).press("Escape")
    expect(conversation(alice, bob.name)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("log", name=f"Messages with {bob.name}")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name="Search people and messages")).to_be_focused()
    page.keyboard.type("Welc")
    found = page.get_by_role("region", name="Messages", exact=True).get_by_role("link")
    expect(found).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(found).to_be_focused()
    page.keyboard.press("Enter")
    expect(message(alice, "Welcome")).to_be_focused()
    assert page.evaluate("document.querySelector('main').scrollTop + scrollY") == 0
    page.keyboard.press("r")
    expect(composer(alice)).to_be_focused()
    page.keyboard.type("By hand ")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Emoji")).to_be_focused()
    page.keyboard.press("Enter")
    picker = page.get_by_role("dialog", name="Emoji")
    expect(picker.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("rocket")
    page.keyboard.press("ArrowDown")
    expect(picker.get_by_role("button", name="rocket")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(composer(alice)).to_be_focused()
    page.keyboard.press("Enter")
    wait_state(alice, "By hand 🚀", "read")
    page.keyboard.press("ArrowUp")
    expect(message(alice, "By hand 🚀")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Reply")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="Delete here")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(conversation(alice, bob.name)).to_be_visible()

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page)
        page.get_by_role("button", name="Details of this conversation").press("Enter")
        expect(page.locator(".safety-number")).to_have_text(re.compile(r"^\d{60}$"))
        assert_accessible(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Details of this conversation")).to_be_focused()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(conversation(alice, bob.name)).to_be_hidden()
    assert_accessible(page)
    page.get_by_role("link", name="Back to all chats").press("Enter")
    is_in(alice)
    expect(conversation(alice, bob.name)).to_be_focused()
    assert_accessible(page)
    page.get_by_role("link", name="Contacts").press("Enter")
    expect(page.get_by_role("list", name="Contacts").get_by_role("listitem")).to_have_count(1)
    assert_accessible(page)
