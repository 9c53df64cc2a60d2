"""A great backlog, up to an inbox that is full: all of it is opened, once and in order, and the page stays usable."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from devstack.stack import Stack
from tests.browser.chatting import composer, message, open_conversation, settle
from tests.browser.joining import unlock
from tests.browser.pen_friend import PenFriend
from tests.browser.vaulting import PASSPHRASE
from tests.browser.visitor import Visitor

# More than the thread keeps in the document, and far less than the inbox holds.
MOST_ROWS = 400
OPENING_MS = 240_000

_COUNT_FRAMES = """() => {
  window.framesDrawn = 0;
  const draw = () => { window.framesDrawn += 1; requestAnimationFrame(draw); };
  requestAnimationFrame(draw);
}"""


@pytest.mark.timeout(400)
@pytest.mark.long
@pytest.mark.parametrize("count", [3_000, 10_000])
def test_waiting_messages_open_without_a_gap(
    visitor_of: Callable[..., Visitor], stack: Stack, count: int
) -> None:
    bob = visitor_of(f"bob-{uuid4().hex[:8]}")
    settle(bob)
    bob.goto("/docs/cli")  # the app is left: nobody reads the inbox
    friend = PenFriend(f"penny-{uuid4().hex[:8]}", stack)
    friend.write(bob.name, [f"line {number}" for number in range(count)])

    page = bob.page
    bob.goto("/chat")
    page.evaluate(_COUNT_FRAMES)
    unlock(bob, PASSPHRASE)
    expect(page.get_by_role("progressbar", name="Opening messages")).to_be_visible()
    # People go on using the page meanwhile: this conversation is read and scrolled while it still grows.
    open_conversation(bob, friend.handle.local)
    page.get_by_role("button", name="Accept").click()
    expect(composer(bob)).to_be_visible()
    expect(page.get_by_role("progressbar", name="Opening messages")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Opening messages")).to_be_hidden(timeout=OPENING_MS)
    assert page.evaluate("window.framesDrawn") > count / 100

    to_latest = page.locator("[data-part=to-latest]")
    if to_latest.is_visible():  # not where the thread has stayed at its end by itself
        to_latest.click()
    expect(message(bob, f"line {count - 1}")).to_be_visible()
    assert _texts_upwards(bob, 300) == [f"line {number}" for number in range(count - 300, count)]
    assert page.locator("li.message").count() < MOST_ROWS


def _texts_upwards(person: Visitor, least: int) -> list[str]:
    """The newest `least` texts, oldest first, as they come by when one scrolls up through the thread."""
    found: dict[int, str] = {}
    thread = person.page.locator("[data-part=scroller]")
    while len(found) < least:
        known = len(found)
        expect(person.page.locator("li.message .remark")).to_have_count(0)
        for text in person.page.locator("li.message .text").all_inner_texts():
            found[int(text.removeprefix("line "))] = text
        thread.evaluate("(it) => { it.scrollTop = 0; }")
        person.page.wait_for_function(
            """([oldest]) => {
              const first = document.querySelector("li.message .text");
              return first && Number(first.innerText.replace("line ", "")) < oldest;
            }""",
            arg=[min(found)],
        )
        assert len(found) > known or known == 0
    return [found[number] for number in sorted(found)][-least:]
