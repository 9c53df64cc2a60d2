"""kill -9 of nats-server in the middle of traffic: what was sent arrives once, with nobody's help.

What was on its way to the reader in that moment counts as delivered for the broker until the acknowledgement is
overdue: it may come behind later messages, and then says so.
"""

import json
import subprocess
import threading
from collections.abc import Iterator

import pytest

from devstack.person import Person
from devstack.stack import Stack

pytestmark = pytest.mark.chaos

COUNT = 1000
KILL_AFTER = 300


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A server of these tests' own, since they kill parts of it."""
    with Stack(tmp_path_factory.mktemp("server")) as stack:
        yield stack


@pytest.fixture(scope="module")
def alice(own_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Person:
    return _registered("alice", own_stack, tmp_path_factory)


@pytest.fixture(scope="module")
def bob(own_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Person:
    return _registered("bob", own_stack, tmp_path_factory)


def _registered(name: str, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Person:
    person = Person(name, tmp_path_factory.mktemp(name) / "home", stack)
    person.register()
    return person


def number_of(text: str) -> int:
    return int(text.removeprefix("message "))


def collect(listener: subprocess.Popen[str], enough: threading.Event, received: list[str]) -> None:
    """Reads the listener's lines of JSON until it ends; sets `enough` once the kill may come."""
    assert listener.stdout
    for line in listener.stdout:
        document = json.loads(line)
        if document["type"] == "message":
            received.append(document["text"])
            if len(received) == KILL_AFTER:
                enough.set()
    enough.set()


@pytest.mark.timeout(240)
def test_every_sent_message_arrives_once(own_stack: Stack, alice: Person, bob: Person):
    texts = [f"message {number}" for number in range(COUNT)]

    received: list[str] = []
    enough = threading.Event()
    with (
        bob.running("--json", "listen", "--count", str(COUNT)) as listener,
        alice.running("--json", "send", "bob", "--lines") as sender,
    ):
        reader = threading.Thread(target=collect, args=(listener, enough, received))
        reader.start()
        assert sender.stdin
        assert sender.stdout
        sender.stdin.write("".join(f"{text}\n" for text in texts[: COUNT // 2]))
        sender.stdin.flush()

        assert enough.wait(90), own_stack.log("callout")
        own_stack.kill("nats")
        # The second half is written while there is no broker at all.
        sender.stdin.write("".join(f"{text}\n" for text in texts[COUNT // 2 :]))
        sender.stdin.close()
        own_stack.start("nats")

        answer = json.loads(sender.stdout.read())
        # What the command could not send by itself it says to be queued; one more command sends it.
        if sender.wait(timeout=60):
            assert answer["error"]["code"] == "broker_down"
            alice.run("outbox", "retry")
        assert listener.wait(timeout=100) == 0
        reader.join(timeout=10)

    assert sorted(received, key=number_of) == texts
    history = bob.json("history", "alice", "--limit", str(2 * COUNT))["messages"]
    assert sorted((message["text"] for message in history), key=number_of) == texts
    assert {notice["code"] for message in history for notice in message["notices"]} <= {"gap", "late"}

    # Bob's receipts move every one of them to delivered, at both ends of the crash.
    alice.run("listen", "--once")
    states = [message["state"] for message in alice.json("history", "bob", "--limit", str(COUNT))["messages"]]
    assert states == ["delivered"] * COUNT
    assert alice.json("outbox")["outbox"] == []


def test_a_message_written_without_a_broker_is_queued_and_says_so(
    own_stack: Stack, alice: Person, bob: Person
):
    alice.run("add", "bob")
    own_stack.kill("nats")

    answer = alice.json("send", "bob", "Are you there?", code=10)
    assert answer["error"]["code"] == "broker_down"
    assert [entry["state"] for entry in alice.json("outbox")["outbox"] if entry["purpose"] == "message"] == [
        "queued"
    ]

    own_stack.start("nats")
    own_stack.wait_ready()
    alice.run("listen", "--once")
    assert [line["text"] for line in bob.lines("listen", "--once") if line["type"] == "message"] == [
        "Are you there?"
    ]
