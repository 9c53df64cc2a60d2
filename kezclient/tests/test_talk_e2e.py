"""Two people, from registering to receipts, on the real server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from kezclient.tests.machine import Machine, RunningListener


def test_both_ways_with_receipts(alice: Machine, bob: Machine):
    sent = alice.json("send", bob.handle, "Hello, Bob")
    assert [message["state"] for message in sent["messages"]] == ["sent"]
    received = [line for line in bob.listen() if line["type"] == "message"]
    assert [(line["peer"], line["text"], line["name_state"]) for line in received] == [
        (f"{alice.handle}@kez.lat", "Hello, Bob", "pinned")
    ]
    assert received[0]["notices"] == []
    bob.run("send", alice.handle, "Hello,", "Alice")
    lines = alice.listen()
    assert {"type": "receipt", "id": sent["messages"][0]["id"], "status": "delivered"}.items() <= next(
        line for line in lines if line["type"] == "receipt"
    ).items()
    assert [line["text"] for line in lines if line["type"] == "message"] == ["Hello, Alice"]
    assert alice.states(bob.handle) == ["delivered"]
    assert alice.look("outbox")["outbox"] == []


def test_messages_for_somebody_who_is_away_wait_in_order(alice: Machine, bob: Machine):
    for text in ("one", "two", "three"):
        alice.run("send", bob.handle, text)
    assert bob.texts() == ["one", "two", "three"]
    assert bob.texts() == []


def test_a_running_listener_shows_what_comes_and_empties_the_outbox(alice: Machine, bob: Machine):
    with RunningListener(bob) as listener:
        listener.wait_connected()
        answer = alice.json("send", bob.handle, "--wait", "20", "Are you there?")
        assert [message["state"] for message in answer["messages"]] == ["delivered"]
        listener.wait_texts(["Are you there?"])
        # Another command of the same profile sends; the listener shows nothing twice and ends cleanly.
        bob.run("send", alice.handle, "Yes")
        assert listener.stop() == 0
    assert alice.texts() == ["Yes"]


def test_waiting_for_a_receipt_that_does_not_come_has_its_own_exit_code(alice: Machine, bob: Machine):
    answer = alice.json("send", bob.handle, "Anybody?", "--wait", "1", code=16)
    assert answer["error"]["code"] == "not_delivered_yet"
    assert [message["state"] for message in answer["messages"]] == ["sent"]


def test_read_receipts_only_when_asked_for(alice: Machine, bob: Machine):
    alice.run("send", bob.handle, "First")
    bob.hear()
    alice.hear()
    assert alice.states(bob.handle) == ["delivered"]
    alice.run("send", bob.handle, "Second")
    bob.listen("--read")
    alice.hear()
    assert alice.states(bob.handle) == ["delivered", "read"]


def test_text_comes_from_stdin_and_lines_become_messages(alice: Machine, bob: Machine):
    alice.run("send", bob.handle, "-", stdin="two\nlines\n")
    answer = alice.json("send", bob.handle, "--lines", stdin="a\n\nb\nc\n")
    assert len(answer["messages"]) == 3
    assert bob.texts() == ["two\nlines", "a", "b", "c"]


def test_many_lines_arrive_in_order(alice: Machine, bob: Machine):
    texts = [f"line {number}" for number in range(1000)]
    answer = alice.json("send", bob.handle, "--lines", stdin="\n".join(texts))
    assert {message["state"] for message in answer["messages"]} == {"sent"}
    assert bob.texts() == texts
    alice.hear()
    assert alice.look("outbox")["outbox"] == []


def test_history_finds_limits_and_counts_as_seen(alice: Machine, bob: Machine):
    alice.run("send", bob.handle, "--lines", stdin="100% sure\n50 sheep\nunder_score\n")
    bob.listen()
    assert bob.look("contacts")["contacts"][0]["unread"] == 0

    def found(*arguments: str) -> list[str]:
        return [each["text"] for each in bob.look("history", alice.handle, *arguments)["messages"]]

    assert found("--search", "100%") == ["100% sure"]
    assert found("--search", "r_s") == ["under_score"]
    assert found("--limit", "1") == ["under_score"]
    assert "sheep" in bob.run("history").stdout


def test_listening_for_some_time_or_until_interrupted(alice: Machine, bob: Machine):
    bob.environment["KEZ_CHAT_NATS_URL"] = "nats://127.0.0.1:1"
    assert bob.run("listen", "--for", "0.5").stdout == ""
    del bob.environment["KEZ_CHAT_NATS_URL"]
    alice.run("send", bob.handle, "hello")
    assert "hello" in bob.run("listen", "--for", "2").stdout
    with RunningListener(bob) as listener:
        listener.wait_connected()
        assert listener.stop(signal.SIGINT) == 0


def test_a_reader_that_goes_away_is_no_error(alice: Machine, bob: Machine):
    alice.look("add", bob.handle)
    for options in ([], ["--json"]):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as closed:
            done = subprocess.run(
                [sys.executable, "-m", "kezclient", "contacts", *options],
                env=alice.environment,
                stdin=subprocess.DEVNULL,
                stdout=closed,
                stderr=subprocess.PIPE,
                text=True,
            )
        assert (done.returncode, done.stderr) == (0, "")
