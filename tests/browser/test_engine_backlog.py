"""Thousands of waiting messages: all of them, in order, and the page stays responsive."""

from collections.abc import Callable
from uuid import uuid4

from devstack.stack import Stack
from tests.browser.engine_page import EnginePage, aside
from tests.browser.pen_friend import PenFriend
from tests.browser.visitor import Visitor

COUNT = 2000

_COUNT_FRAMES = """(() => {
  chat.frames = 0;
  const frame = () => {
    chat.frames += 1;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()"""


def test_a_backlog_opens_while_the_page_goes_on_drawing(visitor_of: Callable[..., Visitor], stack: Stack):
    suffix = uuid4().hex[:8]
    alice = EnginePage(visitor_of("alice")).join(f"alice-{suffix}").wait_online()
    alice.run("chat.session.close()")
    friend = PenFriend(f"penny-{suffix}", stack)
    texts = [f"line {number}" for number in range(COUNT)]
    aside(lambda: friend.write(alice.name, texts))
    alice.reopen()
    alice.run(_COUNT_FRAMES)
    alice.wait("chat.told.some(({ name, detail }) => name === 'backlog' && detail.opened >= arg)", COUNT)
    # However busy the machine: the page drew between any hundred messages.
    assert alice.run("chat.frames") > COUNT / 100
    assert alice.texts(friend.handle.local) == texts
    assert alice.wait_summary(friend.handle.local, "it.unread === 2000")
    # Many messages to an event, many receipts to an envelope.
    assert len(alice.told("messages")) < COUNT / 20
    alice.wait("chat.session.waiting === 0")
    alice.reopen()
    assert alice.wait_summary(friend.handle.local, "it.unread === 2000")
