"""A registry that swaps a key after first contact: nothing is sent until the person decides."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kezclient.tests.conftest import NewMachine
from kezclient.tests.loopback import Loopback, forwarded
from kezclient.tests.machine import Machine


class LyingRegistry:
    """The real server, but for the key of one handle once `swap` is set."""

    def __init__(self, loopback: Loopback, url: str) -> None:
        self.url = loopback.url
        self._real = url
        self.swap: dict[str, str] = {}
        loopback.answer = self._answer

    def _answer(self, method: str, path: str, body: bytes):
        status, headers, data = forwarded(self._real, method, path, body)
        for handle, primary in self.swap.items():
            if path == f"/v1/u/{handle}@kez.lat":
                document = json.loads(data)
                honest = document["primary"].removeprefix("ed25519:")
                data = data.replace(honest.encode(), primary.removeprefix("ed25519:").encode())
        return status, headers, data


@pytest.fixture
def registry(loopback: Loopback, stack: Any) -> LyingRegistry:
    return LyingRegistry(loopback, stack.base_url)


def test_sending_is_blocked_until_accept_key(registry: LyingRegistry, new_machine: NewMachine, bob: Machine):
    alice = new_machine("alice")
    alice.environment["KEZ_CHAT_URL"] = registry.url
    alice.register()
    settings = alice.folder / "config/kez-chat/config.toml"
    settings.write_text("refresh_minutes = 0\n")
    mallory = new_machine("mallory").register()
    honest, swapped = (machine.look("whoami")["primary"] for machine in (bob, mallory))
    alice.look("send", bob.handle, "before")
    alice.look("verify", bob.handle, "--mark")

    registry.swap = {bob.handle: swapped}
    blocked = alice.look("send", bob.handle, "secret", code=9)
    assert blocked["error"]["code"] == "key_changed"
    assert (blocked["known_key"], blocked["offered_key"]) == (honest, swapped)
    assert alice.look("add", bob.handle, code=9)["error"]["code"] == "key_changed"
    assert alice.look("contacts")["contacts"][0]["offered_primary"] == swapped
    assert [each["text"] for each in alice.look("history", bob.handle)["messages"]] == ["before"]
    assert mallory.texts() == []

    # Nobody there to decide, or a no: nothing changes.
    assert alice.look("accept-key", bob.handle, "--no-input", code=4)["error"]["code"] == "input_needed"
    declined = alice.run("accept-key", bob.handle, code=4, stdin="n\n")
    assert honest in declined.stderr
    assert swapped in declined.stderr
    alice.look("send", bob.handle, "still secret", code=9)

    # The lie ends, and so does the block.
    registry.swap = {}
    alice.look("send", bob.handle, "after")
    assert bob.texts() == ["before", "after"]
    assert alice.look("accept-key", bob.handle, code=8)["error"]["code"] == "no_key_change"

    alice.environment["KEZ_CHAT_NATS_URL"] = "nats://127.0.0.1:1"
    waiting = alice.look("send", bob.handle, "sealed for the old key", code=10)["messages"][0]["id"]
    del alice.environment["KEZ_CHAT_NATS_URL"]
    registry.swap = {bob.handle: swapped}
    accepted = alice.look("accept-key", bob.handle, "--yes")
    assert accepted["failed_messages"] == [waiting]
    assert (accepted["old_primary"], accepted["new_primary"]) == (honest, swapped)
    assert accepted["old_safety_number"] != accepted["new_safety_number"]
    assert alice.look("verify", bob.handle)["verified"] is False
    alice.look("send", bob.handle, "to the new key")
    assert mallory.texts() == ["to the new key"]
    # The history with both keys is one.
    assert len(alice.look("history", bob.handle)["messages"]) == 4


def test_both_see_the_same_safety_number(alice: Machine, bob: Machine):
    alice.look("add", bob.handle)
    bob.look("add", alice.handle)
    number = alice.look("verify", bob.handle)["safety_number"]
    assert bob.look("verify", alice.handle)["safety_number"] == number
    assert len(number.split()) == 12
    assert alice.look("verify", bob.handle, "--mark")["verified"] is True
    assert alice.look("contacts")["contacts"][0]["verified"] is True
    assert alice.look("verify", "carol", code=8)["error"]["code"] == "contact_unknown"
