"""The broker away, cut off, refusing; and `doctor`, which finds out."""

from __future__ import annotations

from typing import Any

import pytest

from kezclient.tests.machine import Machine, RunningListener
from kezclient.tests.tunnel import Tunnel


@pytest.fixture
def tunnel(stack: Any):
    with Tunnel(stack.nats_url) as opened:
        yield opened


def test_without_a_broker_messages_queue_and_go_out_later_in_order(
    alice: Machine, bob: Machine, tunnel: Tunnel
):
    alice.environment["KEZ_CHAT_NATS_URL"] = tunnel.url
    alice.look("add", bob.handle)
    tunnel.cut()
    answer = alice.json("send", bob.handle, "one", code=10)
    assert answer["error"]["code"] == "broker_down"
    assert "goes out later" in answer["error"]["message"]
    assert [message["state"] for message in answer["messages"]] == ["queued"]
    alice.run("send", bob.handle, "two", code=10)
    assert alice.json("listen", "--once", code=10)["error"]["code"] == "broker_down"
    queued = alice.look("outbox")["outbox"]
    assert [(entry["purpose"], entry["state"]) for entry in queued].count(("message", "queued")) == 2
    assert "waiting" in alice.run("outbox").stdout
    assert alice.json("doctor", code=15)["checks"]["broker"]["ok"] is False

    tunnel.mend()
    alice.run("outbox", "retry")
    alice.run("send", bob.handle, "three")
    assert bob.texts() == ["one", "two", "three"]
    assert alice.json("doctor")["ok"] is True


def test_a_listener_reconnects_by_itself_and_sends_what_waits(alice: Machine, bob: Machine, tunnel: Tunnel):
    bob.environment["KEZ_CHAT_NATS_URL"] = tunnel.url
    with RunningListener(bob) as listener:
        listener.wait_connected()
        alice.run("send", bob.handle, "before")
        listener.wait_texts(["before"])
        tunnel.cut()
        listener.wait_for(lambda seen: any("reconnecting" in note for note in seen.notes))
        alice.run("send", bob.handle, "meanwhile")
        bob.run("send", alice.handle, "queued meanwhile", code=10)
        tunnel.mend()
        listener.wait_texts(["before", "meanwhile"])
        # The listener sends what the other command has queued; Alice waits for it.
        with RunningListener(alice, "--count", "1") as other:
            other.wait_texts(["queued meanwhile"])
            assert other.join() == 0
        assert listener.stop() == 0


def test_a_listener_that_starts_without_a_broker_keeps_trying(alice: Machine, bob: Machine, tunnel: Tunnel):
    tunnel.cut()
    bob.environment["KEZ_CHAT_NATS_URL"] = tunnel.url
    with RunningListener(bob) as listener:
        listener.wait_for(lambda seen: any("out of reach" in note for note in seen.notes))
        tunnel.mend()
        listener.wait_connected()
        alice.run("send", bob.handle, "hello")
        listener.wait_texts(["hello"])
        assert listener.stop() == 0


def test_dropping_and_retrying_entries(alice: Machine, bob: Machine, tunnel: Tunnel):
    alice.environment["KEZ_CHAT_NATS_URL"] = tunnel.url
    alice.look("add", bob.handle)
    tunnel.cut()
    alice.run("send", bob.handle, "dropped", code=10)
    alice.run("send", bob.handle, "kept", code=10)
    first = alice.look("outbox")["outbox"][0]["id"]
    alice.run("outbox", "drop", str(first))
    assert alice.json("outbox", "drop", str(first), code=8)["error"]["code"] == "outbox_entry_unknown"
    assert alice.states(bob.handle) == ["failed", "queued"]
    tunnel.mend()
    kept = next(entry for entry in alice.look("outbox")["outbox"] if entry["purpose"] == "message")
    alice.run("outbox", "retry", str(kept["id"]))
    [line] = [line for line in bob.listen() if line["type"] == "message"]
    assert (line["text"], [notice["code"] for notice in line["notices"]]) == ("kept", ["earlier_missing"])


def test_a_refused_key_learns_the_reason(alice: Machine, bob: Machine, stack: Any):
    alice.look("add", bob.handle)
    program = (
        "from registry.models import Handle; from registry.services import suspend_handle;"
        f"suspend_handle(Handle.objects.get(local='{alice.handle}'), actor='operator', reason='test')"
    )
    stack.manage("shell", "-c", program)
    answer = alice.json("send", bob.handle, "hello", code=17)
    assert answer["error"]["code"] == "access_refused"
    assert answer["refusal"] == "suspended"
    assert "suspended" in answer["error"]["message"]
    assert [message["state"] for message in answer["messages"]] == ["queued"]
    # What no waiting changes ends the listener.
    assert alice.json("listen", code=17)["refusal"] == "suspended"
    checks = alice.json("doctor", code=15)["checks"]
    assert checks["broker"]["ok"] is False
    assert "suspended" in checks["broker"]["detail"]
