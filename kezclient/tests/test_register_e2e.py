"""From nothing to a handle: at a terminal with the words asked back, half done and finished, restored."""

from __future__ import annotations

import os
import pty
import re
import select
import stat
import subprocess
import sys
import time
from typing import Any

from kezclient.tests.conftest import NewMachine
from kezclient.tests.loopback import Loopback, forwarded
from kezclient.tests.machine import Machine


class Terminal:
    """`kez-chat` on a terminal of its own, answered like a person would."""

    def __init__(self, machine: Machine, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kezclient", *arguments],
            env=machine.environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.text = ""
        self._read_up_to = 0

    def until(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """Read until the new output matches; what was matched is not looked at again."""
        deadline = time.monotonic() + seconds
        while True:
            if match := re.compile(pattern).search(self.text, self._read_up_to):
                self._read_up_to = match.end()
                return match
            ready, _, _ = select.select([self._master], [], [], max(deadline - time.monotonic(), 0))
            assert ready, f"{pattern!r} did not come: {self.text}"
            self.text += os.read(self._master, 4096).decode()

    def answer(self, line: str) -> None:
        os.write(self._master, line.encode() + b"\n")

    def end(self) -> int:
        return self._process.wait(timeout=30)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)


def read_words(shown: str) -> dict[int, str]:
    return {int(number): word for number, word in re.findall(r"(\d+)\. ([a-z]+)", shown)}


def test_at_a_terminal_with_the_key_in_an_encrypted_file(new_machine: NewMachine):
    machine = new_machine("alice")
    machine.environment["KEZ_CHAT_KEYSTORE"] = "file"
    with Terminal(machine, "register", machine.handle) as terminal:
        shown = terminal.until(r"(?s)24 words are your key.*24\. [a-z]+ *\r\n")
        words = read_words(shown[0])
        assert sorted(words) == list(range(1, 25))
        for attempt in range(3):
            place = int(terminal.until(r"Word (\d+)\?")[1])
            if attempt == 0:
                terminal.answer("wrong")
                terminal.until("That is not word")
                terminal.until(rf"Word {place}\?")
            terminal.answer(f" {words[place].upper()} ")
        terminal.until("Choose a passphrase")
        terminal.answer("correct horse")
        terminal.until("The same again")
        terminal.answer("correct horse")
        terminal.until(rf"✓ {machine.handle}@kez\.lat is yours")
        assert terminal.end() == 0

    assert "correct horse" not in terminal.text
    key_file = machine.folder / "data/kez-chat/profiles/default/key.json"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    machine.run("phrase", "--yes", "--no-input", code=4)
    machine.environment["KEZ_CHAT_PASSPHRASE"] = "wrong horse"
    machine.run("phrase", "--yes", code=5)
    machine.environment["KEZ_CHAT_PASSPHRASE"] = "correct horse"
    assert machine.look("phrase", "--yes")["phrase"].split() == [words[place] for place in sorted(words)]
    assert machine.look("doctor")["ok"] is True


def test_wrong_words_leave_nothing_behind(new_machine: NewMachine):
    machine = new_machine("alice")
    done = machine.run("register", machine.handle, code=2, stdin="wrong\n" * 9)
    assert "nothing was sent" in done.stderr
    machine.run("whoami", code=3)
    assert not (machine.folder / "keyring.json").exists()
    # The handle is still free.
    machine.register()


def test_scripts_register_with_the_words_in_a_private_file(new_machine: NewMachine):
    alice = new_machine("alice")
    alice.run("register", alice.handle, "--no-input", "--phrase-out", str(alice.words))
    assert stat.S_IMODE(alice.words.stat().st_mode) == 0o600
    assert len(alice.words.read_text().split()) == 24
    me = alice.look("whoami")
    assert me["handle"] == f"{alice.handle}@kez.lat"
    assert me["nkey"].startswith("U")
    # Again: the same handle, the same key, no harm.
    again = alice.look("register", alice.handle, "--no-input")
    assert (again["primary"], again["sigchain"]["seq"]) == (me["primary"], 1)
    assert (
        alice.look("register", alice.handle + "x", "--no-input", code=3)["error"]["code"] == "profile_taken"
    )


def test_a_taken_handle_is_refused_before_words_are_written_down(alice: Machine, new_machine: NewMachine):
    mallory = new_machine("mallory")
    answer = mallory.look("register", alice.handle, "--no-input", "--phrase-out", str(mallory.words), code=7)
    assert answer["error"]["code"] == "handle_taken"
    assert not mallory.words.exists()
    reserved = mallory.look("register", "admin", "--no-input", "--phrase-out", str(mallory.words), code=7)
    assert reserved["error"]["code"] == "handle_reserved"
    # The key was kept; the next handle is claimed with it, and no words are needed again.
    words = mallory.words.read_text()
    mallory.run("register", mallory.handle, "--no-input")
    assert mallory.look("phrase", "--yes")["phrase"] == words.strip()


def test_a_registration_that_broke_off_is_finished_with_the_same_key(
    stack: Any, loopback: Loopback, new_machine: NewMachine
):
    lost: list[str] = []

    def answer(method: str, path: str, body: bytes):
        real = forwarded(stack.base_url, method, path, body)
        if path == "/v1/register" and len(lost) < 5:
            # The registry did it, but the answer is lost, again and again.
            lost.append(path)
            return 504, {}, b"gateway time-out"
        return real

    loopback.answer = answer
    machine = new_machine("alice")
    machine.environment["KEZ_CHAT_URL"] = loopback.url
    arguments = ("register", machine.handle, "--no-input")
    failed = machine.look(*arguments, "--phrase-out", str(machine.words), code=6)
    assert failed["error"]["code"] == "server_unreachable"
    assert len(lost) == 4
    assert machine.look("whoami", code=3)["error"]["code"] == "not_registered_yet"
    finished = machine.look(*arguments)
    assert finished["sigchain"]["seq"] == 1
    assert len(lost) == 5


def test_restoring_needs_the_right_words_for_the_right_handle(
    alice: Machine, bob: Machine, new_machine: NewMachine
):
    machine = new_machine("second")
    words = alice.words.read_text()
    wrong = machine.json("restore", bob.handle, code=7, stdin=words)
    assert wrong["error"]["code"] == "wrong_key_for_phrase"
    assert (
        machine.json("restore", alice.handle, code=2, stdin="twelve words")["error"]["code"] == "bad_phrase"
    )
    assert (
        machine.json("restore", "nobody-" + alice.handle, code=8, stdin=words)["error"]["code"]
        == "handle_unknown"
    )
    machine.run("whoami", code=3)
    machine.environment["KEZ_CHAT_PHRASE_FILE"] = str(alice.words)
    restored = machine.json("restore", f"@{alice.handle}@kez.lat".upper())
    me = alice.look("whoami")
    assert restored["primary"] == me["primary"]
    assert restored["device"] != me["device"]
    other = bob.words.read_text()
    del machine.environment["KEZ_CHAT_PHRASE_FILE"]
    assert machine.json("restore", bob.handle, code=3, stdin=other)["error"]["code"] == "profile_taken"


def test_checking_the_words(alice: Machine):
    words = alice.words.read_text().split()
    assert alice.run("phrase", code=4, stdin="no\n").stdout == ""
    wrong = alice.json("phrase", "--check", code=2, stdin="x\n" * 3)
    assert words[wrong["position"] - 1] not in wrong["error"]["message"]
    with Terminal(alice, "phrase", "--check") as terminal:
        for _ in range(3):
            terminal.answer(words[int(terminal.until(r"Word (\d+)\?")[1]) - 1])
        terminal.until("✓ These are the words")
        assert terminal.end() == 0
