"""What can go wrong between two people, and what the engine makes of it."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Route

from devstack.stack import Stack
from tests.browser.engine_page import EnginePage, aside
from tests.browser.pen_friend import PenFriend
from tests.browser.visitor import Visitor


@pytest.fixture
def suffix() -> str:
    return uuid4().hex[:8]


@pytest.fixture
def alice(visitor_of: Callable[..., Visitor], suffix: str) -> EnginePage:
    return EnginePage(visitor_of("alice")).join(f"alice-{suffix}").wait_online()


@pytest.fixture
def penny(stack: Stack, suffix: str) -> PenFriend:
    return PenFriend(f"penny-{suffix}", stack)


def notices(page: EnginePage, who: str) -> list[list[str]]:
    return [[notice["code"] for notice in line["notices"]] for line in page.lines(who)]


def test_gaps_late_ones_and_replays_are_noticed(alice: EnginePage, penny: PenFriend):
    first, second, third = penny.compose(alice.name, "1", "2", "3")
    penny.deliver(alice.name, first, third)
    alice.wait_texts(penny.name, ["1", "3"])
    assert notices(alice, penny.name) == [[], ["gap"]]
    penny.deliver(alice.name, second, first, third, second)
    alice.wait_texts(penny.name, ["1", "3", "2"])
    assert notices(alice, penny.name) == [[], ["gap"], ["late"]]
    # A deleted message does not come back with a replay.
    script = "chat.peer(arg[0]).then((peer) => chat.session.deleteLocally(peer, arg[1]))"
    alice.run(script, [penny.name, alice.lines(penny.name)[1]["id"]])
    penny.deliver(alice.name, third, *penny.compose(alice.name, "4"))
    alice.wait_texts(penny.name, ["1", "2", "4"])
    assert alice.wait_summary(penny.name, "it.unread === 3")["last"]["text"] == "4"
    assert alice.run("chat.session.search('4')")[0]["text"] == "4"
    assert alice.run("chat.session.search('3')") == []


def test_what_cannot_be_opened_is_kept_with_its_cause(alice: EnginePage, penny: PenFriend):
    (good,) = penny.compose(alice.name, "fine")
    penny.deliver(alice.name, b"\x02" + b"\x00" * 300, b"\x03 of the future", b"\x03 of the future", good)
    alice.wait_texts(penny.name, ["fine"])
    kept = alice.run("chat.all(chat.kez.UNOPENED)")
    assert [(line["kind"], line["causeCode"]) for line in kept] == [
        ("unopened", "cannot_decrypt"),
        ("unopened", "unknown_envelope_version"),
    ]
    summary = alice.run("chat.session.conversation(chat.kez.UNOPENED)")
    assert (summary["unread"], summary["request"], summary["last"]["kind"]) == (2, False, "unopened")
    refused = "chat.refusal(() => chat.session.retry(chat.kez.UNOPENED, arg))"
    assert alice.run(refused, kept[0]["id"]) == "still_unopened"
    alice.run("chat.session.markRead(chat.kez.UNOPENED)")
    alice.run(
        "Promise.all(arg.map((id) => chat.session.deleteLocally(chat.kez.UNOPENED, id)))",
        [line["id"] for line in kept],
    )
    alice.reopen()
    assert alice.run("chat.session.conversations().map(({ handle }) => handle)") == [str(penny.handle)]


def test_strangers_ask_and_blocked_ones_are_not_heard(alice: EnginePage, penny: PenFriend, stack: Stack):
    aside(lambda: penny.write(alice.name, ["May I?"]))
    alice.wait_summary(penny.name, "it.request && it.unread === 1")
    assert alice.run("chat.session.contacts()") == []
    alice.run("chat.peer(arg).then((peer) => chat.session.acceptRequest(peer))", penny.name)
    alice.wait_summary(penny.name, "!it.request")
    assert alice.run("chat.session.contacts().map(({ title }) => title)") == [penny.name]

    alice.run("chat.peer(arg).then((peer) => chat.session.block(peer))", penny.name)
    refused = "chat.peer(arg).then((peer) => chat.refusal(() => chat.session.send(peer, 'hello')))"
    assert alice.run(refused, penny.name) == "blocked"
    aside(lambda: penny.write(alice.name, ["not heard"]))
    # Another stranger's message comes behind it, so that one has been dealt with.
    alice.run("chat.session.setSetting('strangers', 'ask')")
    tom = PenFriend(f"tom-{penny.name}", stack)
    aside(lambda: tom.write(alice.name, ["me too"]))
    alice.wait_summary(tom.name, "it.request")
    alice.run("chat.session.setSetting('strangers', 'nobody')")
    ann = PenFriend(f"ann-{penny.name}", stack)
    aside(lambda: ann.write(alice.name, ["and me"]))
    alice.run("chat.peer(arg).then((peer) => chat.session.unblock(peer))", penny.name)
    aside(lambda: penny.write(alice.name, ["heard again"]))
    alice.wait_texts(penny.name, ["May I?", "heard again"])
    assert notices(alice, penny.name) == [[], []]
    assert not alice.run("chat.session.conversations().some(({ handle }) => handle === arg)", str(ann.handle))


def test_a_changed_key_blocks_sending_until_it_is_accepted(
    alice: EnginePage, penny: PenFriend, stack: Stack, suffix: str
):
    mallory = PenFriend(f"mallory-{suffix}", stack)
    aside(lambda: penny.write(alice.name, ["from the old key"]))
    alice.wait_texts(penny.name, ["from the old key"])
    alice.send(penny.name, "to the old key")
    alice.wait_states(penny.name, ["sent"])

    def lie(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, body=answer.text().replace(penny.key.primary.hex, mallory.key.primary.hex)
        )

    alice.page.route(f"**/v1/u/{penny.name}*", lie)
    changed = alice.run("chat.session.meet(arg).then(({ keyChange }) => keyChange)", penny.name)
    assert changed == {"known": penny.key.primary.hex, "offered": mallory.key.primary.hex}
    assert [each["code"] for each in alice.told("warning")] == ["key_changed"]
    refused = "chat.refusal(() => chat.session.send(arg, 'hello'))"
    assert alice.run(refused, penny.key.primary.hex) == "key_changed"
    alice.reopen().page.route(f"**/v1/u/{penny.name}*", lie)
    assert alice.run("chat.session.conversation(arg).keyChange", penny.key.primary.hex) == changed
    assert alice.run(refused, penny.key.primary.hex) == "key_changed"
    assert alice.run("chat.session.acceptKey(arg)", penny.key.primary.hex) == mallory.key.primary.hex
    # One conversation goes on, under the new key, with what was said before.
    assert alice.texts(penny.name) == ["from the old key", "to the old key"]
    assert alice.run("chat.session.conversations().length") == 1
    assert (
        alice.wait_summary(penny.name, "it.peer === '" + mallory.key.primary.hex + "'")["keyChange"] is None
    )
    alice.send(penny.name, "to the new key")
    alice.wait_states(penny.name, ["sent", "sent"])


def test_refusals_say_why(alice: EnginePage):
    handles = ["x", alice.name, f"@{alice.name}", "somebody@elsewhere.example", "nobody-of-this-name"]
    found = alice.run(
        "Promise.all(arg.map((handle) => chat.refusal(() => chat.session.meet(handle))))", handles
    )
    assert found == ["bad_handle", "self_message", "self_message", "foreign_server", "handle_unknown"]
    assert alice.run("chat.refusal(() => chat.session.send('ab'.repeat(32), 'hello'))") == "unknown_peer"


def test_a_text_that_is_none_is_refused_and_nothing_is_queued(alice: EnginePage, penny: PenFriend):
    script = """chat.meet(arg).then((peer) => Promise.all(
      ["  ", "x".repeat(65537), "\\u0001".repeat(65536), "\\ud800"].map((text) =>
        chat.refusal(() => chat.session.send(peer, text)))))"""
    assert alice.run(script, penny.name) == [
        "empty_message",
        "message_too_large",
        "message_too_large",
        "not_text",
    ]
    assert alice.texts(penny.name) == []
    alice.send(penny.name, "fits")
    alice.wait_states(penny.name, ["sent"])


def test_typing_and_presence_only_where_both_want_it(
    alice: EnginePage, visitor_of: Callable[..., Visitor], suffix: str
):
    bob = EnginePage(visitor_of("bob")).join(f"bob-{suffix}").wait_online()
    alice.send(bob.name, "hello")
    bob.wait_texts(alice.name, ["hello"])
    bob.send(alice.name, "hi")
    alice.wait_texts(bob.name, ["hello", "hi"])
    for person, other in ((alice, bob), (bob, alice)):
        person.run("chat.peer(arg).then((peer) => chat.session.typing(peer))", other.name)
    bob.run("chat.session.setSetting('signals', true)")
    alice.run("chat.session.setSetting('signals', true)")
    alice.run("chat.peer(arg).then((peer) => { chat.session.attend(peer); })", bob.name)
    bob.wait("chat.told.some(({ name }) => name === 'presence')")
    assert bob.told("typing") == []
    alice.run(
        "chat.peer(arg).then((peer) => [1, 2, 3].map(() => chat.session.typing(peer)).length)", bob.name
    )
    bob.wait("chat.told.some(({ name }) => name === 'typing')")
    assert len(bob.told("typing")) == 1
    assert alice.told("typing") == []


def test_drafts_settings_and_read_marks_survive_a_reload(alice: EnginePage, penny: PenFriend):
    aside(lambda: penny.write(alice.name, ["one", "two"]))
    alice.wait_summary(penny.name, "it.unread === 2")
    alice.run("chat.peer(arg).then((peer) => chat.session.setDraft(peer, 'half a sen'))", penny.name)
    alice.run("chat.session.setSetting('readReceipts', false)")
    assert alice.run("chat.refusal(() => chat.session.setSetting('autoLockMinutes', 0))") == "bad_setting"
    alice.run("chat.peer(arg).then((peer) => chat.session.markRead(peer))", penny.name)
    aside(lambda: penny.write(alice.name, ["three"]))
    alice.wait_summary(penny.name, "it.unread === 1")
    alice.reopen()
    summary = alice.wait_summary(penny.name, "it.unread === 1")
    assert (summary["draft"], summary["last"]["text"]) == ("half a sen", "three")
    assert [line["unread"] for line in alice.lines(penny.name)] == [False, False, True]
    assert alice.run("chat.session.settings.readReceipts") is False


def test_a_history_moves_to_another_browser_and_nothing_doubles(
    alice: EnginePage, penny: PenFriend, visitor_of: Callable[..., Visitor]
):
    aside(lambda: penny.write(alice.name, ["one", "two"]))
    alice.wait_texts(penny.name, ["one", "two"])
    alice.send(penny.name, "three")
    alice.wait_states(penny.name, ["sent"])
    archive = alice.run(
        "chat.session.exportHistory().then(async (blob) => Array.from(new Uint8Array(await blob.arrayBuffer())))"
    )
    words = alice.run("chat.kez.seedToPhrase(chat.identity.key.seed)")
    second = EnginePage(visitor_of("second")).restore(alice.name, words).wait_online()
    second.wait_texts(penny.name, ["one", "two", "three"])
    ids = [line["id"] for line in second.lines(penny.name)]
    script = "chat.peer(arg[0]).then((peer) => chat.session.deleteLocally(peer, arg[1]))"
    second.run(script, [penny.name, ids[0]])
    assert second.texts(penny.name) == ["two", "three"]
    counts = second.run("chat.session.importHistory(new Blob([new Uint8Array(arg)]))", archive)
    assert counts["added"] > 0
    assert counts["known"] > 0
    assert [line["id"] for line in second.lines(penny.name)] == ids
    aside(lambda: penny.write(alice.name, ["four"]))
    second.wait_texts(penny.name, ["one", "two", "three", "four"])
    assert notices(second, penny.name) == [[]] * 4
