"""`kez-chat report`, against the real server and its operators."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from kezclient.tests.machine import Machine


def test_a_report_with_opened_messages_and_its_outcome(alice: Machine, bob: Machine, stack: Any):
    for text in ("Good morning", "You fool", "You utter fool"):
        bob.look("send", alice.handle, text)
    alice.look("send", bob.handle, "Please stop.")
    alice.hear()
    answer = alice.look(
        "report", bob.handle, "Every day.", "--category", "harassment", "--last", "2", "--yes"
    )
    assert (answer["state"], answer["messages"], answer["reported"]) == ("new", 2, bob.handle)
    shown = json.loads(stack.manage("kez", "report", "show", answer["report_id"], "--json"))
    assert (shown["reporter"], shown["text"]) == (alice.handle, "Every day.")
    assert [(each["holds"], each["text"]) for each in shown["opened"]] == [
        (True, "You fool"),
        (True, "You utter fool"),
    ]
    outcome = "Told to stop.\x1b[31m"
    stack.manage("kez", "report", "resolve", answer["report_id"], "--outcome", outcome)
    (report,) = alice.look("report")["reports"]
    assert (report["state"], report["outcome"]) == ("resolved", outcome)
    lines = alice.run("report").stdout.splitlines()
    assert lines[0].endswith("something was done")
    assert "Told to stop." in lines[1]
    assert "\x1b" not in lines[1]
    # The reported one learns nothing.
    assert bob.look("report")["reports"] == []


def test_messages_are_opened_by_name_and_after_consent_only(alice: Machine, bob: Machine, stack: Any):
    bob.look("send", alice.handle, "A secret")
    (heard,) = [line for line in alice.hear() if line["type"] == "message"]
    begin = ("report", bob.handle, "--message", heard["id"])
    assert alice.look(*begin, "--no-input", code=4)["error"]["code"] == "input_needed"
    declined = alice.run(*begin, stdin="n\n", code=4)
    assert "will be able to read these messages" in declined.stderr
    assert "A secret" in declined.stderr
    assert alice.look("report")["reports"] == []
    assert "with 1 of their messages" in alice.run(*begin, stdin="y\n").stdout
    own = alice.look("send", bob.handle, "Mine")["messages"][0]["id"]
    answer = alice.look("report", bob.handle, "--message", own, "--yes", code=8)
    assert answer["error"]["code"] == "message_not_theirs"


def test_without_messages_nothing_is_opened(alice: Machine, bob: Machine, stack: Any):
    bob.look("send", alice.handle, "A secret")
    alice.hear()
    answer = alice.look("report", bob.handle, "Sells followers.", "--category", "spam")
    shown = stack.manage("kez", "report", "show", answer["report_id"])
    assert "Sells followers." in shown
    assert "A secret" not in shown


def test_what_cannot_be_reported(alice: Machine, bob: Machine):
    assert alice.look("report", "nobody-at-all", "x", code=8)["error"]["code"] == "handle_unknown"
    assert alice.look("report", "bob@other.example", "x", code=8)["error"]["code"] == "handle_unknown"
    assert (
        "category" in alice.look("report", bob.handle, "x", "--category", "rude", code=2)["error"]["message"]
    )
    assert alice.look("report", alice.handle, "x", code=2)["error"]["code"] == "self_message"
    assert alice.look("report", "--last", "1", code=2)["error"]["code"] == "usage"


def test_messages_from_before_signatures_were_kept(alice: Machine, bob: Machine):
    bob.look("send", alice.handle, "Long ago")
    alice.hear()
    path = alice.folder / "data/kez-chat/profiles/default/history.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE message SET proof = NULL")
    answer = alice.look("report", bob.handle, "--last", "1", "--yes", code=2)
    assert answer["error"]["code"] == "message_unprovable"
