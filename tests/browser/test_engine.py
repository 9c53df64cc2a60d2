"""The chat engine in two browsers and beside the CLI, on the real server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
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
