"""One handle on several devices."""

from __future__ import annotations

from typing import Any

from kezclient.tests.conftest import NewMachine
from kezclient.tests.machine import Machine


def conversation(machine: Machine, who: str) -> list[tuple[str, str]]:
    return [(each["direction"], each["text"]) for each in machine.look("history", who)["messages"]]


def test_both_devices_show_everything_after_being_offline_in_turns_and_a_third_what_the_inbox_holds(
    alice: Machine, bob: Machine, new_machine: NewMachine
):
    second = new_machine("second").restore(alice)
    bob.look("send", alice.handle, "to both")
    assert alice.texts() == ["to both"]
    alice.look("send", bob.handle, "from the first")
    # The second was away: it gets both, the one that was sent as sent.
    assert second.texts() == ["to both", "from the first"]
    second.look("send", bob.handle, "from the second")
    assert bob.texts() == ["from the first", "from the second"]
    bob.look("send", alice.handle, "still there?")
    assert sorted(alice.texts()) == ["from the second", "still there?"]
    assert sorted(second.texts()) == ["still there?"]
    assert conversation(alice, bob.handle) == conversation(second, bob.handle) or sorted(
        conversation(alice, bob.handle)
    ) == sorted(conversation(second, bob.handle))
    # Receipts reach the devices that did not send, too.
    assert set(alice.states(bob.handle)) == {"delivered"}
    assert set(second.states(bob.handle)) == {"delivered"}

    third = new_machine("third").restore(alice)
    shown: list[dict[str, Any]] = [line for line in third.hear() if line["type"] == "message"]
    assert sorted(line["text"] for line in shown) == sorted(
        ["to both", "from the first", "from the second", "still there?"]
    )
    assert not any(line["notices"] for line in shown)


def test_what_was_read_on_one_device_is_not_unread_on_the_other(
    alice: Machine, bob: Machine, new_machine: NewMachine
):
    second = new_machine("second").restore(alice)
    bob.look("send", alice.handle, "read me")
    alice.hear("--read")
    second.hear()
    assert second.look("contacts")["contacts"][0]["unread"] == 0
    bob.hear()
    assert bob.states(alice.handle) == ["read"]
