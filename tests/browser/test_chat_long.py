"""A long conversation: all of it can be reached, little of it stands in the document, and nothing jumps."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from devstack.stack import Stack
from tests.browser.chatting import composer, conversation, enter, message, open_conversation, settle
from tests.browser.pen_friend import PenFriend
from tests.browser.visitor import Visitor

COUNT = 500
MOST_ROWS = 200

# Scrolls up as a wheel does until the first message of all is seen. Answers the most rows that stood in the document
# at once, and whether what was read ever jumped by more than was scrolled.
_SCROLL_TO_BEGINNING = """async () => {
  const scroller = document.querySelector("[data-part='scroller']");
  const list = document.querySelector("[data-part='rows']");
  const answer = { rows: 0, jumps: [] };
  const frame = () => new Promise(requestAnimationFrame);
  for (let turn = 0; turn < 4000; turn += 1) {
    const top = scroller.getBoundingClientRect().top;
    const seen = [...list.children].find((row) => row.getBoundingClientRect().bottom > top + 300);
    const before = seen.getBoundingClientRect().top;
    const room = scroller.scrollTop;
    scroller.scrollTop -= 250;
    const moved = room - scroller.scrollTop;
    await frame();
    await frame();
    if (seen.isConnected && Math.abs(seen.getBoundingClientRect().top - before - moved) > 2) {
      answer.jumps.push([seen.textContent, seen.getBoundingClientRect().top - before, moved]);
    }
    answer.rows = Math.max(answer.rows, list.children.length);
    if (list.firstElementChild.textContent.includes("line 0.") && scroller.scrollTop === 0) {
      break;
    }
  }
  return answer;
}"""


@pytest.mark.long
def test_a_long_conversation_scrolls_without_jumps_in_a_small_document(
    visitor_of: Callable[..., Visitor], stack: Stack
):
    suffix = uuid4().hex[:8]
    alice = visitor_of(f"alice-{suffix}")
    settle(alice)
    alice.goto("/docs/cli")
    friend = PenFriend(f"penny-{suffix}", stack)
    friend.write(alice.name, [f"line {number}. {'word ' * (number % 30)}".strip() for number in range(COUNT)])
    page = alice.page
    alice.goto("/chat")
    enter(alice)
    line = conversation(alice, friend.handle.local)
    expect(line.locator(".badge")).to_have_text(f"{COUNT} unread")
    open_conversation(alice, friend.handle.local)
    page.get_by_role("button", name="Accept").click()
    expect(line.locator(".badge")).to_have_count(0)

    answer = page.evaluate(_SCROLL_TO_BEGINNING)
    assert answer["jumps"] == []
    assert answer["rows"] <= MOST_ROWS
    expect(message(alice, "line 0.")).to_be_in_viewport()

    friend.write(alice.name, ["one more"])
    down = page.get_by_role("button", name="1 new")
    expect(down).to_be_visible()
    expect(message(alice, "line 0.")).to_be_in_viewport()
    down.click()
    expect(message(alice, "one more")).to_be_in_viewport()
    expect(page.get_by_text("New messages", exact=True)).to_be_visible()
    friend.write(alice.name, ["and another"])
    expect(message(alice, "and another")).to_be_in_viewport()

    page.get_by_role("searchbox", name="Search people and messages").fill("line 100.")
    page.get_by_role("region", name="Messages", exact=True).get_by_role("link").click()
    found = page.locator("li.message:focus")
    expect(found).to_contain_text("line 100.")
    expect(found).to_be_in_viewport()
    composer(alice).fill("back to the end")
    composer(alice).press("Enter")
    expect(message(alice, "back to the end")).to_be_in_viewport()
    assert page.locator("li.message").count() <= MOST_ROWS
