"""/unlock, locking, and one tab at a time."""

from playwright.sync_api import expect

from tests.browser.chatting import settle
from tests.browser.joining import PASSPHRASE, is_in, join, unlock
from tests.browser.visitor import Visitor

DATABASES = "indexedDB.databases().then((found) => found.map(({ name }) => name))"


def test_whoever_is_new_here_is_led_to_joining(visitor: Visitor):
    visitor.goto("/settings")
    visitor.page.wait_for_url("**/join")
    expect(visitor.page.get_by_role("heading", name="Pick a handle")).to_be_visible()
    visitor.goto("/unlock")
    visitor.page.wait_for_url("**/join")


def test_the_passphrase_opens_and_leads_to_where_one_wanted_to_go(visitor: Visitor):
    page = visitor.page
    settle(visitor, "locksmith", PASSPHRASE)
    visitor.goto("/settings")
    page.wait_for_url("**/unlock")
    expect(page.get_by_role("heading", name="Hello, locksmith")).to_be_visible()
    field = page.get_by_label("Passphrase", exact=True)
    expect(field).to_be_focused()
    assert field.get_attribute("type") == "password"
    assert field.get_attribute("autocomplete") == "current-password"
    field.fill("a wrong passphrase")
    page.get_by_role("button", name="Show passphrase").click()
    assert field.get_attribute("type") == "text"
    page.get_by_role("button", name="Unlock", exact=True).click()
    expect(page.get_by_text("This is not the passphrase.")).to_be_visible()
    expect(field).to_be_focused()
    unlock(visitor, path="/settings")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()

    # Locking leads back, too; pages change without a load, so the key survives that.
    page.get_by_role("link", name="Contacts").click()
    page.wait_for_url("**/contacts")
    page.go_back()
    page.wait_for_url("**/settings")
    page.locator("#lock-now").click()
    unlock(visitor, path="/settings")

    # Another tab takes over; this one rests until it is asked for.
    other = visitor.new_page()
    other.goto(f"{visitor.base_url}/chat")
    other.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    other.get_by_role("button", name="Unlock", exact=True).click()
    expect(page.get_by_role("heading", name="Open in another tab")).to_be_visible()
    page.get_by_role("button", name="Use it here").click()
    unlock(visitor, path="/settings")
    expect(other.get_by_role("heading", name="Open in another tab")).to_be_visible()


def test_another_handle_needs_the_name_typed_and_wipes_the_first(visitor: Visitor):
    page = visitor.page
    settle(visitor, "leaving", PASSPHRASE)
    page.reload()
    page.get_by_role("button", name="Use another handle").click()
    dialog = page.get_by_role("dialog", name="Remove leaving from this browser?")
    expect(dialog.get_by_role("button", name="Delete and go on")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate(DATABASES) == ["kez-chat"]
    page.get_by_role("button", name="Use another handle").click()
    dialog.get_by_role("textbox").fill("leaving")
    dialog.get_by_role("button", name="Delete and go on").click()
    expect(page.get_by_role("heading", name="Pick a handle")).to_be_visible()
    join(visitor, "arriving")
    is_in(visitor)
