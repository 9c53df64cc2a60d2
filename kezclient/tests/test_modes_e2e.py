"""`kez-chat register` on servers that take people by invitation, by approval, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kezclient.tests.conftest import NewMachine
from kezclient.tests.machine import Machine

InMode = Callable[[str], str]


@pytest.fixture
def machine_in(new_machine: NewMachine, in_mode: InMode) -> Callable[[str], Machine]:
    def make(mode: str) -> Machine:
        machine = new_machine(mode)
        machine.environment["KEZ_CHAT_URL"] = in_mode(mode)
        return machine

    return make


def test_by_invitation(machine_in: Callable[[str], Machine], stack: Any):
    machine = machine_in("invite")
    begin = ("register", machine.handle, "--phrase-out", str(machine.words))
    assert machine.look(*begin, "--no-input", code=4)["error"]["code"] == "input_needed"
    assert not machine.words.exists(), "no words are made for nothing"
    code = json.loads(stack.manage("kez", "invite", "--json"))["code"]
    answer = machine.look(*begin, "--no-input", "--invite", "aaaaa-aaaaa-aaaaa-aaaaa", code=7)
    assert answer["error"]["code"] == "invite_invalid"
    assert not machine.words.exists()
    done = machine.run(*begin, "--invite", code)
    assert f"{machine.handle}@kez.lat is yours" in done.stdout
    assert machine.look("doctor")["ok"] is True


def test_by_invitation_the_code_is_asked_for(machine_in: Callable[[str], Machine], stack: Any):
    machine = machine_in("invite")
    code = json.loads(stack.manage("kez", "invite", "--json"))["code"]
    begin = ("register", machine.handle, "--phrase-out", str(machine.words))
    assert "by invitation. Your code:" in machine.run(*begin, stdin=f"{code}\n").stderr


def test_by_approval_with_work_first(machine_in: Callable[[str], Machine], stack: Any):
    machine = machine_in("approval")
    begin = ("register", machine.handle, "--phrase-out", str(machine.words), "--no-input")
    done = machine.run(*begin, "--json", code=24)
    assert "proof of work: about 1,024 tries" in done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "waiting_for_approval"
    assert machine.look("register", machine.handle, code=24)["handle"] == f"{machine.handle}@kez.lat"
    assert machine.look("whoami", code=3)["error"]["code"] == "not_registered_yet"
    stack.manage("kez", "approve", machine.handle)
    assert machine.look("register", machine.handle)["handle"] == f"{machine.handle}@kez.lat"
    assert machine.look("doctor")["ok"] is True


def test_declined(machine_in: Callable[[str], Machine], stack: Any):
    machine = machine_in("approval")
    machine.look("register", machine.handle, "--phrase-out", str(machine.words), code=24)
    stack.manage("kez", "decline", machine.handle, "--reason", "One each, please.")
    answer = machine.look("register", machine.handle, code=7)
    assert answer["error"]["code"] == "registration_declined"
    assert "One each, please." in answer["error"]["message"]


def test_closed(machine_in: Callable[[str], Machine]):
    machine = machine_in("closed")
    answer = machine.look("register", machine.handle, "--phrase-out", str(machine.words), code=7)
    assert answer["error"]["code"] == "registration_closed"
    assert not machine.words.exists()
