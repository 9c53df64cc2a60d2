"""The ways into the app, as a person takes them: by the labels that are on the screen."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import PATIENCE_MS, Visitor

expect.set_options(timeout=PATIENCE_MS)

PASSPHRASE = "seven quiet herons"


def pick_handle(visitor: Visitor, handle: str) -> None:
    """Step 1 of /join: types the handle, waits until the server says that it is free, goes on to the words."""
    page = visitor.page
    visitor.goto("/join")
    page.get_by_label("Handle", exact=True).fill(handle)
    expect(page.get_by_text(f"{handle} is free")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="These 24 words are your key")).to_be_visible()


def words_shown(place: Page | Locator) -> list[str]:
    """The 24 words on the screen, in order."""
    words = place.get_by_role("list", name="The 24 words, in order").locator("li > span")
    expect(words).to_have_count(24)
    return words.all_inner_texts()


def answer_words(place: Page | Locator, words: list[str]) -> None:
    """Fills in the three words that are asked back, without sending them."""
    for label in place.locator(".word-questions label").all_inner_texts():
        place.get_by_label(label, exact=True).fill(words[int(label.removeprefix("Word ")) - 1])


def choose_passphrase(place: Page | Locator, passphrase: str = PASSPHRASE) -> None:
    place.get_by_label("New passphrase", exact=True).fill(passphrase)
    place.get_by_label("The same again", exact=True).fill(passphrase)


def prove_words(visitor: Visitor) -> list[str]:
    """Steps 2 and 3 of /join: reads the words and gives back the three that are asked for."""
    page = visitor.page
    words = words_shown(page)
    page.get_by_role("button", name="I have written them down").click()
    expect(page.get_by_role("heading", name="Three of them, please")).to_be_visible()
    answer_words(page, words)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("heading", name="Lock this browser")).to_be_visible()
    return words


def is_in(visitor: Visitor, path: str = "/chat") -> None:
    """Returns when the app is unlocked and shows this address."""
    visitor.page.wait_for_url(f"{visitor.base_url}{path}")
    expect(visitor.page.locator('#shell[data-state="ready"] #rail')).to_be_visible()


def is_online(visitor: Visitor) -> None:
    """Returns when the session holds a connection to the server."""
    visitor.page.locator('#shell[data-connection="online"]').wait_for()


def join(visitor: Visitor, handle: str, passphrase: str = PASSPHRASE) -> list[str]:
    """Claims `handle` in this browser and arrives at /chat. Returns the 24 words."""
    pick_handle(visitor, handle)
    words = prove_words(visitor)
    choose_passphrase(visitor.page, passphrase)
    visitor.page.get_by_role("button", name="Claim the handle").click()
    is_in(visitor)
    return words


def restore(visitor: Visitor, handle: str, words: list[str], passphrase: str = PASSPHRASE) -> None:
    """Brings `handle` to this browser with its words and arrives at /chat."""
    page = visitor.page
    visitor.goto("/restore")
    page.get_by_label("Handle", exact=True).fill(handle)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Recovery words").fill(" ".join(words))
    page.get_by_role("button", name="Continue").click()
    choose_passphrase(page, passphrase)
    page.get_by_role("button", name="Restore", exact=True).click()
    is_in(visitor)


def unlock(visitor: Visitor, passphrase: str = PASSPHRASE, *, path: str = "/chat") -> None:
    """Unlocks on /unlock, which any page of the app shows first, and arrives at `path`."""
    page = visitor.page
    page.wait_for_url(re.compile(r"/unlock$"))
    page.get_by_label("Passphrase", exact=True).fill(passphrase)
    page.get_by_role("button", name="Unlock", exact=True).click()
    is_in(visitor, path)
