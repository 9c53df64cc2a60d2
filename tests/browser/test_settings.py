"""/settings: the words, the passphrase, what others see, the history, and leaving."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import WebSocket, expect

from tests.browser.axe import assert_accessible
from tests.browser.chatting import settle
from tests.browser.joining import (
    PASSPHRASE,
    answer_words,
    choose_passphrase,
    is_online,
    restore,
    unlock,
    words_shown,
)
from tests.browser.visitor import Visitor

# What is left in this browser: the number of records in all databases, and the names of everything else.
STORED = """async () => {
  let records = 0;
  for (const { name } of await indexedDB.databases()) {
    const opened = await new Promise((done) => {
      indexedDB.open(name).onsuccess = (event) => done(event.target.result);
    });
    for (const store of opened.objectStoreNames) {
      const counting = opened.transaction(store).objectStore(store).count();
      records += await new Promise((done) => { counting.onsuccess = () => done(counting.result); });
    }
    opened.close();
  }
  const names = [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...await caches.keys()];
  return { records, names };
}"""


def open_settings(visitor: Visitor) -> None:
    visitor.page.get_by_role("link", name="Settings").click()
    expect(visitor.page.get_by_role("heading", name="Settings")).to_be_focused()


def test_the_words_are_shown_after_the_passphrase_without_any_traffic(visitor: Visitor):
    page = visitor.page
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    words = settle(visitor, "keeper", PASSPHRASE)
    is_online(visitor)
    open_settings(visitor)
    assert_accessible(page)

    page.get_by_role("button", name="Show the words").click()
    dialog = page.get_by_role("dialog", name="Show the 24 words")
    dialog.get_by_label("Passphrase", exact=True).fill("not the passphrase")
    dialog.get_by_role("button", name="Show them").click()
    expect(dialog.get_by_text("This is not the passphrase.")).to_be_visible()
    dialog.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    dialog.get_by_role("button", name="Show them").click()
    shown = page.get_by_role("dialog", name="Your 24 words")
    assert words_shown(shown) == words
    requests = visitor.note_requests()
    assert page.locator("#shell").get_attribute("data-connection") == "none"
    (socket,) = sockets  # it was told to close before the words came up
    if not socket.is_closed():
        socket.wait_for_event("close")
    shown.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Don't copy").click()
    assert requests == []
    assert sockets == [socket]
    shown.get_by_role("button", name="Hide them").click()
    expect(page.locator(".words")).to_have_count(0)
    is_online(visitor)

    page.get_by_role("button", name="Test my copy").click()
    test = page.get_by_role("dialog", name="Test your copy")
    test.get_by_role("button", name="Check").click()
    expect(test.get_by_role("alert")).to_contain_text("That does not fit.")
    answer_words(test, words)
    test.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Your copy is right. Keep it safe.")).to_be_visible()


def test_settings_and_a_new_passphrase_are_kept(visitor: Visitor):
    page = visitor.page
    settle(visitor, "changer", PASSPHRASE)
    open_settings(visitor)
    receipts, typing, requests = (
        page.get_by_role("switch", name=name)
        for name in ("Read receipts", "Typing and online", "Message requests")
    )
    expect(receipts).to_be_checked()
    expect(typing).not_to_be_checked()
    expect(requests).to_be_checked()
    receipts.uncheck()
    typing.check()
    requests.uncheck()
    page.get_by_label("Lock when unused for").select_option("5 minutes")
    page.get_by_role("switch", name="Show new messages on this desktop").click()
    expect(page.get_by_text("The browser does not allow it.")).to_be_visible()
    expect(page.get_by_role("switch", name="Show new messages on this desktop")).not_to_be_checked()

    page.get_by_role("button", name="Change the passphrase").click()
    dialog = page.get_by_role("dialog", name="Change the passphrase")
    dialog.get_by_label("Passphrase now", exact=True).fill("not the passphrase")
    choose_passphrase(dialog, "eight new geese")
    dialog.get_by_role("button", name="Change it").click()
    expect(dialog.get_by_text("This is not the passphrase.")).to_be_visible()
    dialog.get_by_label("Passphrase now", exact=True).fill(PASSPHRASE)
    dialog.get_by_role("button", name="Change it").click()
    expect(page.get_by_text("The passphrase is changed.")).to_be_visible()

    page.reload()
    unlock(visitor, "eight new geese", path="/settings")
    expect(receipts).not_to_be_checked()
    expect(typing).to_be_checked()
    expect(requests).not_to_be_checked()
    expect(page.get_by_label("Lock when unused for")).to_have_value("5")


def test_history_goes_out_as_a_sealed_file_and_comes_back_to_its_owner_only(
    visitor_of: Callable[..., Visitor], tmp_path: Path
):
    first = visitor_of("first")
    words = settle(first, "archivist", PASSPHRASE)
    open_settings(first)
    with first.page.expect_download() as download:
        first.page.get_by_role("button", name="Export").click()
    file = tmp_path / download.value.suggested_filename
    assert file.name.startswith("kez-chat-archivist-")
    download.value.save_as(file)
    assert b"archivist" not in file.read_bytes()

    other = visitor_of("other")
    settle(other, "stranger", PASSPHRASE)
    open_settings(other)
    other.page.get_by_label("History file").set_input_files(file)
    expect(
        other.page.get_by_text("This archive belongs to another key; nothing was imported.")
    ).to_be_visible()
    broken = tmp_path / "broken.kez"
    broken.write_text(json.dumps({"not": "an archive"}))
    other.page.get_by_label("History file").set_input_files(broken)
    expect(other.page.get_by_text("This is not an intact archive of kez-chat")).to_be_visible()

    second = visitor_of("second")
    restore(second, "archivist", words)
    open_settings(second)
    second.page.get_by_label("History file").set_input_files(file)
    expect(second.page.get_by_text("here already")).to_be_visible()


def test_leaving_really_wipes(visitor: Visitor):
    page = visitor.page
    settle(visitor, "leaver", PASSPHRASE)
    assert page.evaluate(STORED)["records"] > 0
    open_settings(visitor)
    expect(page.get_by_role("link", name="kez-chat verify-web")).to_have_attribute(
        "href", "/docs/cli#verify-web"
    )
    page.get_by_role("button", name="Log out and wipe").click()
    dialog = page.get_by_role("dialog", name="Log out and wipe?")
    expect(dialog).to_contain_text("Only the 24 words bring leaver back")
    expect(dialog.get_by_role("button", name="Wipe everything")).to_be_disabled()
    dialog.get_by_role("textbox").fill("leave")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Wipe everything")).to_be_disabled()
    dialog.get_by_role("textbox").fill("leaver")
    dialog.get_by_role("button", name="Wipe everything").click()
    page.wait_for_url(f"{visitor.base_url}/")
    assert page.evaluate(STORED) == {"records": 0, "names": []}
    visitor.goto("/chat")
    page.wait_for_url("**/join")
