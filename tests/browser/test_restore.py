"""/restore: 24 words bring a handle to another browser, or a new passphrase to this one."""

import os
from collections.abc import Callable

from playwright.sync_api import expect

from kezproto.phrase import seed_to_phrase
from tests.browser.axe import assert_accessible
from tests.browser.chatting import settle
from tests.browser.joining import choose_passphrase, is_in, is_online, unlock
from tests.browser.visitor import Visitor


def test_words_bring_the_handle_to_another_browser_and_say_what_is_wrong(visitor_of: Callable[..., Visitor]):
    words = settle(visitor_of("first"), "restored")
    other = visitor_of("second", color_scheme="dark", viewport={"width": 390, "height": 844})
    page = other.page
    other.goto("/restore")
    handle = page.get_by_label("Handle", exact=True)
    for typed, said in {
        "nobody-has-this": "Nobody on this server has this handle.",
        "restored@elsewhere.example": "That handle is of another server. Restore it there; this one is kez.lat.",
        "x": "A handle is 3 to 32 of a-z, 0-9, _ and -",
    }.items():
        other.expect("status of 404")
        handle.fill(typed)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("alert").filter(has_text=said)).to_be_visible()
    assert_accessible(page)
    handle.fill("Restored")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="The 24 words of restored")).to_be_focused()

    requests = other.note_requests()
    field = page.get_by_label("Recovery words")
    found = {
        name: field.get_attribute(name) for name in ("autocomplete", "spellcheck", "autocapitalize", "name")
    }
    assert found == {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none", "name": None}
    field.fill("zoo abanden zoo ")
    expect(page.get_by_text("Word 2, “abanden”, is not in the list. Is it “abandon”?")).to_be_visible()
    field.fill("zoo zebr")
    page.get_by_role("button", name="zebra", exact=True).click()
    expect(field).to_have_value("zoo zebra ")
    expect(page.get_by_text("2 of 24 words")).to_be_visible()
    for given, said in {
        " ".join(words[:23]): "A recovery phrase has 24 words; this one has 23.",
        " ".join([words[1], words[0], *words[2:]]): "they do not fit",
        seed_to_phrase(os.urandom(32)): "they belong to another handle",
    }.items():
        if given.split() == words:
            continue
        field.fill(given)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text(said)).to_be_visible()
    numbered = "\n".join(f"{place}. {word.upper()}" for place, word in enumerate(words, start=1))
    field.fill(numbered)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Lock this browser")).to_be_focused()
    expect(field).to_have_value("")
    assert requests == []

    choose_passphrase(page)
    assert_accessible(page)
    page.get_by_role("button", name="Restore", exact=True).click()
    is_in(other)
    is_online(other)
    page.reload()
    expect(page.get_by_role("heading", name="Hello, restored")).to_be_visible()
    assert_accessible(page)
    unlock(other)


def test_a_forgotten_passphrase_is_replaced_and_the_device_stays(visitor: Visitor):
    page = visitor.page
    words = settle(visitor, "forgetter")
    device = "() => import(document.documentElement.dataset.static + 'js/vault/identity.js')"
    device += ".then((identity) => identity.storedIdentity()).then((stored) => stored.device)"
    before = page.evaluate(device)
    page.reload()
    page.get_by_role("button", name="Forgot the passphrase?").click()
    page.get_by_role("button", name="I have the 24 words").click()
    expect(page.get_by_role("heading", name="forgetter is already here")).to_be_focused()
    page.get_by_role("button", name="I forgot the passphrase").click()
    page.get_by_label("Recovery words").fill(" ".join(words))
    page.get_by_role("button", name="Continue").click()
    choose_passphrase(page, "another one altogether")
    page.get_by_role("button", name="Restore", exact=True).click()
    is_in(visitor)
    assert page.evaluate(device) == before
    page.reload()
    unlock(visitor, "another one altogether")
