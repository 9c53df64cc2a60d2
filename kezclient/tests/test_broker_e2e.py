"""The broker away, cut off, refusing; and `doctor`, which finds out."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from kezclient.tests.machine import Machine, RunningListener
from kezclient.tests.tunnel import Tunnel
from kezproto.keys import Primary, SigningKey
from kezproto.phrase import phrase_to_seed
from kezproto.subjects import inbox_subject
from natslink.client import client_connection
from natslink.publishing import PublishWindow


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
    answer = alice.look("send", bob.handle, "one", code=10)
    assert answer["error"]["code"] == "broker_down"
    assert "goes out later" in answer["error"]["message"]
    assert [message["state"] for message in answer["messages"]] == ["queued"]
    alice.run("send", bob.handle, "two", code=10)
    assert alice.look("listen", "--once", code=10)["error"]["code"] == "broker_down"
    queued = alice.look("outbox")["outbox"]
    assert [(entry["purpose"], entry["state"]) for entry in queued].count(("message", "queued")) == 2
    assert "waiting" in alice.run("outbox").stdout
    assert alice.look("doctor", code=15)["checks"]["broker"]["ok"] is False

    tunnel.mend()
    alice.look("outbox", "retry")
    alice.run("send", bob.handle, "three")
    assert bob.texts() == ["one", "two", "three"]
    assert alice.look("doctor")["ok"] is True


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
    alice.look("outbox", "drop", str(first))
    assert alice.look("outbox", "drop", str(first), code=8)["error"]["code"] == "outbox_entry_unknown"
    assert alice.states(bob.handle) == ["failed", "queued"]
    tunnel.mend()
    kept = next(entry for entry in alice.look("outbox")["outbox"] if entry["purpose"] == "message")
    alice.look("outbox", "retry", str(kept["id"]))
    [line] = [line for line in bob.hear() if line["type"] == "message"]
    assert (line["text"], [notice["code"] for notice in line["notices"]]) == ("kept", ["earlier_missing"])


def test_a_refused_key_learns_the_reason(alice: Machine, bob: Machine, stack: Any):
    alice.look("add", bob.handle)
    program = (
        "from registry.models import Handle; from registry.services import suspend_handle;"
        f"suspend_handle(Handle.objects.get(local='{alice.handle}'), actor='operator', reason='test')"
    )
    stack.manage("shell", "-c", program)
    answer = alice.look("send", bob.handle, "hello", code=17)
    assert answer["error"]["code"] == "access_refused"
    assert answer["refusal"] == "suspended"
    assert "suspended" in answer["error"]["message"]
    assert [message["state"] for message in answer["messages"]] == ["queued"]
    # What no waiting changes ends the listener.
    assert alice.look("listen", code=17)["refusal"] == "suspended"
    checks = alice.look("doctor", code=15)["checks"]
    assert checks["broker"]["ok"] is False
    assert "suspended" in checks["broker"]["detail"]


def test_doctor_tells_apart_what_is_wrong(alice: Machine):
    profile = alice.folder / "config/kez-chat/profiles/default/profile.json"
    document = json.loads(profile.read_text())
    profile.write_text(json.dumps({**document, "server_url": "http://127.0.0.1:1"}))
    (alice.folder / "data/kez-chat/profiles/default/history.sqlite3").chmod(0o644)
    checks = alice.look("doctor", code=15)["checks"]
    failed = {name for name, check in checks.items() if not check["ok"]}
    # The broker's address is known from before.
    assert failed == {"files", "registry", "clock", "handle", "sigchain"}
    assert "chmod" in checks["files"]["detail"]


def test_a_full_inbox_is_told_and_the_message_waits(alice: Machine, bob: Machine, stack: Any):
    bob.hear()
    reader = Primary.parse(bob.look("whoami")["primary"])
    key = SigningKey(phrase_to_seed(alice.words.read_text()))
    quota = 10_000

    async def fill() -> int:
        connection = client_connection(urls=[stack.nats_url], key=key, device="00000000000000ff")
        async with connection:
            session = await connection.session()
            assert session is not None
            async with PublishWindow(session) as window:
                for number in range(quota):
                    await window.submit(number, inbox_subject(reader), b"x", msg_id=f"{reader.hex}{number}")
                outcomes = [await window.outcomes.get() for _ in range(quota)]
        return sum(outcome.error is None for outcome in outcomes)

    assert asyncio.run(fill()) == quota
    answer = alice.look("send", bob.handle, "no room", code=11)
    assert answer["error"]["code"] == "inbox_full"
    assert answer["messages"][0]["state"] == "queued"
    [entry] = [each for each in alice.look("outbox")["outbox"] if each["purpose"] == "message"]
    assert entry["cause_code"] == "KEZ_INBOX_FULL"
    assert alice.look("outbox", "retry", code=11)["error"]["code"] == "inbox_full"
