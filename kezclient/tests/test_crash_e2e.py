"""kill -9 in the middle of sending, and two commands at once: everything once, in order, nothing missing."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from kezclient.store.store import Store
from kezclient.tests.machine import Machine

COUNT = 600


def test_a_killed_sender_has_lost_nothing_and_sent_nothing_twice(alice: Machine, bob: Machine):
    alice.look("add", bob.handle)
    texts = [f"message {number}" for number in range(COUNT)]
    sender = subprocess.Popen(
        [sys.executable, "-m", "kezclient", "send", bob.handle, "--lines"],
        env=alice.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert sender.stdin is not None
    sender.stdin.write("".join(f"{text}\n" for text in texts))
    sender.stdin.flush()
    with Store(alice.folder / "data/kez-chat/profiles/default/history.sqlite3") as store:
        while store.outbox.count("sent") < 50:
            assert sender.poll() is None
    sender.kill()
    sender.wait()
    sender.stdin.close()
    stored = [each["text"] for each in alice.look("history", bob.handle, "--limit", "9999")["messages"]]
    assert stored == texts[: len(stored)]
    assert len(stored) >= 50

    alice.run("outbox", "retry")
    lines = [line for line in bob.listen() if line["type"] == "message"]
    assert [line["text"] for line in lines] == stored
    assert not any(line["notices"] for line in lines)


def test_two_commands_of_one_profile_at_once_share_one_sequence(alice: Machine, bob: Machine):
    alice.look("add", bob.handle)
    blocks = [[f"{name} {number}" for number in range(60)] for name in ("left", "right")]
    with ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(alice.run, "send", bob.handle, "--lines", stdin="\n".join(block)) for block in blocks
        ]
        for each in running:
            each.result()
    lines = [line for line in bob.listen() if line["type"] == "message"]
    assert not any(line["notices"] for line in lines)
    for name, block in zip(("left", "right"), blocks, strict=True):
        assert [line["text"] for line in lines if line["text"].startswith(name)] == block
