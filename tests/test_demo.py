"""`make demo` runs through and shows what it promises."""

import subprocess
import sys

import pytest

from devstack.environment import ROOT


@pytest.mark.long
def test_alice_and_bob_talk_and_offline_messages_arrive():
    done = subprocess.run(
        [sys.executable, "-m", "devstack.demo"], cwd=ROOT, capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    for part in (
        "Hi Bob, is this thing on?",
        "Loud and clear",
        "✓ holiday.jpg",
        "Lunch at one?",
        "delivered",
    ):
        assert part in done.stdout
