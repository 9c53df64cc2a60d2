"""The chat engine in two browsers and beside the CLI, on the real server."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from devstack.stack import Stack
from kezclient.tests.machine import Machine
from tests.browser.engine_page import EnginePage, aside
from tests.browser.visitor import Visitor

Join = Callable[[str], EnginePage]


@pytest.fixture
def suffix() -> str:
    return uuid4().hex[:8]


@pytest.fixture
def engine_of(visitor_of: Callable[..., Visitor], suffix: str) -> Join:
    """A browser whose engine has joined as `<name>-<random>`."""
    return lambda name: EnginePage(visitor_of(name)).join(f"{name}-{suffix}").wait_online()


@pytest.fixture
def machine_of(stack: Stack, tmp_path: Path, suffix: str) -> Callable[[str], Machine]:
    """The CLI of somebody, registered as `<name>-<random>`."""

    def make(name: str) -> Machine:
        machine = Machine(f"{name}-{suffix}", tmp_path / name, stack.base_url)
        aside(machine.register)
        return machine

    return make


def test_two_browsers_talk_both_ways_with_receipts(engine_of: Join):
    alice, bob = engine_of("alice"), engine_of("bob")
    alice.send(bob.name, "one", "two", "three")
    bob.wait_texts(alice.name, ["one", "two", "three"])
    alice.wait_states(bob.name, ["delivered"] * 3)
    summary = bob.wait_summary(alice.name, "it.unread === 3")
    assert (summary["title"], summary["nameState"], summary["last"]["text"]) == (
        alice.name,
        "pinned",
        "three",
    )
    assert [line["notices"] for line in bob.lines(alice.name)] == [[], [], []]
    bob.send(alice.name, "read them")
    bob.run("chat.peer(arg).then((peer) => chat.session.markRead(peer))", alice.name)
    alice.wait_states(bob.name, ["read"] * 3)
    alice.wait_texts(bob.name, ["one", "two", "three", "read them"])
    assert bob.wait_summary(alice.name, "it.unread === 0")
    assert alice.run("chat.session.waiting") == 0


def test_cli_and_browser_talk_both_ways(engine_of: Join, machine_of: Callable[[str], Machine]):
    alice, bob = engine_of("alice"), machine_of("bob")
    aside(lambda: bob.look("send", alice.name, "from the terminal"))
    alice.wait_texts(bob.handle, ["from the terminal"])
    alice.run("chat.peer(arg).then((peer) => chat.session.acceptRequest(peer))", bob.handle)
    alice.run("chat.peer(arg).then((peer) => chat.session.markRead(peer))", bob.handle)
    alice.send(bob.handle, "from the browser")
    alice.wait_states(bob.handle, ["sent"])
    assert aside(bob.texts) == ["from the browser"]
    assert aside(lambda: bob.states(alice.name)) == ["read"]
    alice.wait_states(bob.handle, ["delivered"])
    aside(lambda: bob.hear("--read"))
    aside(lambda: bob.look("send", alice.name, "and again"))
    alice.wait_texts(bob.handle, ["from the terminal", "from the browser", "and again"])


def test_browser_and_cli_are_two_devices_of_one_handle(
    visitor_of: Callable[..., Visitor], engine_of: Join, machine_of: Callable[[str], Machine]
):
    cli, bob = machine_of("alice"), engine_of("bob")
    aside(lambda: cli.look("send", bob.name, "before the browser"))
    alice = EnginePage(visitor_of("alice")).restore(cli.handle, cli.words.read_text()).wait_online()
    alice.wait_texts(bob.name, ["before the browser"])
    bob.wait_texts(cli.handle, ["before the browser"])
    alice.wait_states(bob.name, ["delivered"])
    bob.send(cli.handle, "to both devices")
    alice.wait_texts(bob.name, ["before the browser", "to both devices"])
    alice.send(bob.name, "from the browser")
    bob.wait_texts(cli.handle, ["before the browser", "to both devices", "from the browser"])
    alice.wait_states(bob.name, ["delivered", "delivered"])
    assert sorted(aside(cli.texts)) == ["from the browser", "to both devices"]
    assert aside(lambda: cli.states(bob.name)) == ["delivered", "delivered"]
    assert not any(line["notices"] for line in bob.lines(cli.handle) + alice.lines(bob.name))
    # What the browser has read is not unread in the terminal.
    alice.run("chat.peer(arg).then((peer) => chat.session.markRead(peer))", bob.name)
    bob.wait_states(cli.handle, ["read"])
    aside(cli.hear)
    [contact] = aside(lambda: cli.look("contacts"))["contacts"]
    assert contact["unread"] == 0


def test_closing_the_page_in_a_burst_loses_nothing(engine_of: Join):
    alice, bob = engine_of("alice"), engine_of("bob")
    texts = [f"line {number}" for number in range(200)]
    half = len(texts) // 2
    alice.send(bob.name, *texts[:half])
    # Nobody waits for these: the page goes while they are on their way.
    alice.run(
        "chat.peer(arg[0]).then((peer) => { arg[1].map((text) => chat.session.send(peer, text)); })",
        [bob.name, texts[half:]],
    )
    bob.wait_summary(alice.name, "it.unread > 10")
    bob.reopen()
    alice.reopen()
    kept = alice.texts(bob.name)
    # What was not stored yet was never accepted: it is missing at the end, and nowhere else.
    assert kept == texts[: len(kept)]
    assert len(kept) >= half
    bob.wait_texts(alice.name, kept)
    alice.wait_states(bob.name, ["delivered"] * len(kept))
    assert not any(line["notices"] for line in bob.lines(alice.name))
    assert bob.wait_summary(alice.name, "true")["unread"] == len(kept)


@pytest.mark.chaos
def test_the_web_process_restarts_in_a_burst(engine_of: Join, stack: Stack):
    alice, bob = engine_of("alice"), engine_of("bob")
    for person in (alice, bob):
        person.person.expect("WebSocket connection|ERR_CONNECTION|502|fetch")
    alice.send(bob.name, "before")
    bob.wait_texts(alice.name, ["before"])
    texts = [f"line {number}" for number in range(200)]
    alice.run(
        "chat.peer(arg[0]).then((peer) => { chat.sent = arg[1].map((text) => chat.session.send(peer, text)); })",
        [bob.name, texts],
    )
    bob.wait_summary(alice.name, "it.unread > 5")
    stack.kill("web")
    alice.wait("chat.session.connection.state !== 'online'")
    stack.start("web")
    stack.wait_ready()
    alice.run("Promise.all(chat.sent).then((sent) => sent.length)")
    bob.wait_texts(alice.name, ["before", *texts])
    alice.wait_states(bob.name, ["delivered"] * 201)
    assert not any(line["notices"] for line in bob.lines(alice.name))
