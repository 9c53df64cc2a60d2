"""Locking by itself, one tab at a time, and wiping in all of them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.vaulting import run
from tests.browser.visitor import Visitor

MINUTE = 60_000


@pytest.fixture
def watched(visitor: Visitor) -> Iterator[Visitor]:
    """A page whose clock stands still, with an AutoLock of 15 minutes that counts its locks."""
    visitor.altered.clock.install()
    visitor.goto("/docs/cli")
    visitor.page.clock.pause_at(now(visitor) + 1)
    run(
        visitor,
        """(kez) => {
          window.locks = 0;
          window.lock = new kez.AutoLock({ minutes: 15, onLock: () => (window.locks += 1) });
          window.lock.start();
        }""",
    )
    yield visitor
    visitor.page.clock.resume()


def now(person: Visitor) -> float:
    """The page's clock, in the seconds that Playwright asks for."""
    return float(person.page.evaluate("Date.now() / 1000"))


def locks(person: Visitor) -> int:
    return int(person.page.evaluate("window.locks"))


def test_locks_once_after_the_last_input(watched: Visitor):
    page = watched.page
    page.clock.run_for(14 * MINUTE)
    page.mouse.move(10, 10)
    page.clock.run_for(14 * MINUTE)
    page.keyboard.press("Shift")
    page.clock.run_for(15 * MINUTE - 1)
    assert locks(watched) == 0
    page.clock.run_for(1)
    assert locks(watched) == 1
    page.clock.run_for(60 * MINUTE)
    assert locks(watched) == 1
    page.evaluate("window.lock.start()")
    page.clock.run_for(15 * MINUTE)
    assert locks(watched) == 2


def test_the_first_input_after_a_sleep_does_not_keep_the_page_open(watched: Visitor):
    """While a machine sleeps no timer runs; its clock has moved on when it wakes up."""
    watched.page.clock.set_system_time(now(watched) + 16 * 60)
    assert locks(watched) == 0
    watched.page.mouse.move(10, 10)
    assert locks(watched) == 1


def test_a_page_that_is_seen_again_after_too_long_locks(watched: Visitor):
    watched.page.clock.set_system_time(now(watched) + 16 * 60)
    watched.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert locks(watched) == 1


def test_a_clock_set_back_does_not_prolong(watched: Visitor):
    watched.page.clock.set_system_time(now(watched) - 10 * 60 * 60)
    watched.page.clock.run_for(15 * MINUTE)
    assert locks(watched) == 1


def test_minutes_may_change_on_the_way(watched: Visitor):
    page = watched.page
    page.clock.run_for(5 * MINUTE)
    page.evaluate("window.lock.minutes = 0")
    page.clock.run_for(600 * MINUTE)
    assert locks(watched) == 0
    page.evaluate("window.lock.minutes = 700")
    assert locks(watched) == 0
    page.evaluate("window.lock.minutes = 600")
    assert locks(watched) == 1
    refused = "try { window.lock.minutes = minutes; return null } catch (error) { return error.name }"
    told = page.evaluate(f"[-1, NaN, Infinity, 1441].map((minutes) => {{ {refused} }})")
    assert told == ["RangeError"] * 4


def test_a_stopped_one_does_not_lock(watched: Visitor):
    watched.page.evaluate("window.lock.stop()")
    watched.page.clock.run_for(60 * MINUTE)
    watched.page.mouse.move(10, 10)
    assert locks(watched) == 0


def open_tab(person: Visitor, page: Page) -> None:
    run(
        person,
        """(kez) => {
          window.tab = new kez.OneTab();
          window.heard = (name) => new Promise((done) => window.tab.addEventListener(name, () => done(name)));
          window.loss = window.heard("lost");
          window.lockNews = window.heard("locked");
        }""",
        page=page,
    )


@pytest.fixture
def tabs(visitor: Visitor) -> list[Page]:
    """Two tabs of one browser, each with its OneTab."""
    pages = [visitor.page, visitor.new_page()]
    for page in pages:
        open_tab(visitor, page)
    return pages


def test_only_one_tab_holds_the_session(tabs: list[Page]):
    first, second = tabs
    assert first.evaluate("window.tab.hold()") is True
    assert first.evaluate("window.tab.hold()") is True
    assert second.evaluate("window.tab.hold()") is False
    assert [page.evaluate("window.tab.held") for page in tabs] == [True, False]
    first.evaluate("window.tab.release()")
    assert second.evaluate("window.tab.takeOver().then(() => window.tab.held)") is True
    assert first.evaluate("window.tab.hold()") is False


def test_a_tab_that_is_gone_holds_nothing(tabs: list[Page]):
    first, second = tabs
    assert first.evaluate("window.tab.hold()") is True
    first.close()
    # The browser lets go when it has taken the page down: asking in line shows it without waiting by the clock.
    second.evaluate("navigator.locks.request('kez-chat/session', () => null)")
    assert second.evaluate("window.tab.hold()") is True


def test_the_tab_that_loses_the_session_is_told(visitor: Visitor, tabs: list[Page]):
    first, second = tabs
    first.evaluate("window.tab.hold()")
    second.evaluate("window.tab.takeOver()")
    assert first.evaluate("window.loss") == "lost"
    assert [page.evaluate("window.tab.held") for page in tabs] == [False, True]
    # And back again, as often as the person likes.
    first.evaluate("window.tab.takeOver()")
    assert second.evaluate("window.loss") == "lost"
    assert [page.evaluate("window.tab.held") for page in tabs] == [True, False]


def test_taking_over_twice_at_once_is_no_loss(tabs: list[Page]):
    first, second = tabs
    first.evaluate("window.tab.hold()")
    second.evaluate("Promise.all([window.tab.takeOver(), window.tab.takeOver(), window.tab.hold()])")
    assert first.evaluate("window.loss") == "lost"
    assert second.evaluate("Promise.race([window.loss, Promise.resolve(window.tab.held)])") is True
    assert first.evaluate("window.tab.hold()") is False


def test_locking_one_tab_locks_all(tabs: list[Page]):
    first, second = tabs
    second.evaluate("window.tab.announceLocked()")
    assert first.evaluate("window.lockNews") == "locked"


def test_noise_on_the_channel_is_ignored(visitor: Visitor, tabs: list[Page]):
    first, second = tabs
    first.evaluate(
        "window.events = []; for (const name of ['lost', 'locked', 'wiped'])"
        " window.tab.addEventListener(name, () => window.events.push(name))"
    )
    second.evaluate("""() => {
      const channel = new BroadcastChannel("kez-chat/tabs");
      for (const noise of ["lost", "toString", { type: "locked" }, null, 7, "locked"]) channel.postMessage(noise);
    }""")
    first.evaluate("window.lockNews")
    assert first.evaluate("window.events") == ["locked"]


def test_wiping_leaves_nothing_and_closes_every_tab(visitor: Visitor):
    other = visitor.new_page()
    run(visitor, "(kez) => kez.create().then(() => null)")
    run(
        visitor,
        """async (kez) => {
          const store = await kez.storeOf();
          const tab = new kez.OneTab();
          window.gone = new Promise((done) => store.addEventListener("closed", () => done("closed")));
          window.wiped = new Promise((done) => tab.addEventListener("wiped", () => done("wiped")));
          window.refusal = () => kez.refusal(() => store.get("drafts", "bob"));
        }""",
        page=other,
    )
    left = run(
        visitor,
        """async (kez) => {
          localStorage.setItem("theme", "dark");
          sessionStorage.setItem("page", "chat");
          await caches.open("some");
          await kez.wipe();
          return [await indexedDB.databases(), await caches.keys(), localStorage.length, sessionStorage.length,
            await kez.storedIdentity()];
        }""",
    )
    assert left == [[], [], 0, 0, None]
    assert other.evaluate("Promise.all([gone, wiped, refusal()])") == ["closed", "wiped", "storage_closed"]


def test_wiping_says_when_something_holds_on(visitor: Visitor):
    """A tab with code that does not let go: the database goes once it does."""
    told = run(
        visitor,
        """async (kez) => {
          await kez.create();
          const stubborn = await new Promise((done) => {
            const request = indexedDB.open(kez.DATABASE);
            request.onsuccess = () => done(request.result);
          });
          const told = await kez.refusal(() => kez.wipe());
          stubborn.close();
          return [told, await kez.refusal(() => kez.wipe()), await kez.storedIdentity()];
        }""",
    )
    assert told == ["storage_blocked", None, None]
