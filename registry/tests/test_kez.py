"""`manage.py kez`: exit codes, JSON, who acted; and docs/operators.md shows the help that it prints.

After a change: `REWRITE_DOCS=1 python -m pytest registry/tests/test_kez.py` writes the help anew.
"""

import os
import re
from subprocess import run
from typing import Any

import pytest
from django.core.management import load_command_class

from httpapi.tests.processes import ROOT
from registry import lookup
from registry.models import AuditEntry
from registry.shell import ExitCode, all_verbs
from registry.tests.cast import ALICE, registered
from registry.tests.shell import kez

pytestmark = pytest.mark.django_db

PAGE = ROOT / "docs" / "operators.md"
HELP = re.compile(r"<!-- help:([a-z -]+) -->\n```text\n.*?```\n", re.DOTALL)


def last_entry() -> AuditEntry:
    entry = AuditEntry.objects.first()
    assert entry is not None
    return entry


@pytest.fixture
def alice():
    return registered(ALICE, "alice")


def test_suspending_and_reinstating(alice, django_capture_on_commit_callbacks):
    ended = kez("suspend", "alice", "--reason", "Spam.", "--json")
    assert (ended.exit_code, ended.document) == (0, {"handle": "alice", "status": "suspended"})
    assert lookup.handle_state(ALICE.primary) == "suspended"
    entry = last_entry()
    assert (entry.action, entry.reason, entry.actor.partition(":")[0]) == ("suspended", "Spam.", "shell")
    assert kez("reinstate", "@Alice@kez.lat", "--reason", "A mistake.").text == "alice is active.\n"


def test_an_operator_may_be_named(alice, admin_user):
    assert kez("suspend", "alice", "--reason", "Spam.", "--by", "admin").exit_code == 0
    assert last_entry().actor == "operator:admin"
    ended = kez("reinstate", "alice", "--reason", "x", "--by", "nobody", "--json")
    assert (ended.exit_code, ended.document["error"]["code"]) == (ExitCode.NOT_FOUND, "not_found")


def test_who_sits_behind_sudo_is_named(alice, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "olga")
    kez("note", "alice", "--reason", "Wrote a letter.")
    assert last_entry().actor == "shell:olga"


@pytest.mark.parametrize("verb", ["suspend", "reinstate", "note", "release --yes", "well-known"])
def test_nothing_without_a_reason_or_without_a_handle(alice, verb):
    assert kez(*verb.split(), "nobody", "--reason", "x").exit_code == ExitCode.NOT_FOUND
    ended = kez(*verb.split(), "alice", "--reason", "  ", "--json")
    assert ended.exit_code == ExitCode.REFUSED
    alice.refresh_from_db()
    assert (alice.status, AuditEntry.objects.count()) == ("active", 1)


def test_what_is_done_already_is_refused(alice):
    ended = kez("reinstate", "alice", "--reason", "x", "--json")
    assert ended.exit_code == ExitCode.REFUSED
    assert ended.document == {
        "error": {
            "code": "moderation_refused",
            "message": "The handle alice is not suspended.",
            "exit_code": 1,
        }
    }


def test_releasing_asks_to_be_sure(alice):
    assert kez("release", "alice", "--reason", "Left.").exit_code == ExitCode.USAGE
    assert lookup.handle_state(ALICE.primary) == "active"
    assert kez("release", "alice", "--reason", "Left.", "--yes").text == "alice is released.\n"
    assert lookup.handle_state(ALICE.primary) == "released"


def test_well_known(alice):
    assert kez("well-known", "alice", "--reason", "Our mayor.").text == "alice is well known.\n"
    assert kez("well-known", "alice", "--reason", "x").exit_code == ExitCode.REFUSED
    assert kez("well-known", "alice", "--no", "--reason", "Voted out.").exit_code == 0
    alice.refresh_from_db()
    assert not alice.well_known


def help_of(verb: str) -> str:
    parser: Any = load_command_class("registry", "kez").create_parser("manage.py", "kez")
    for word in verb.split():
        below = next(action.choices for action in parser._actions if isinstance(action.choices, dict))
        parser = below[word]
    return str(parser.format_help())


def test_the_page_shows_the_help_of_every_verb(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    page = PAGE.read_text()
    now = HELP.sub(lambda found: f"<!-- help:{found[1]} -->\n```text\n{help_of(found[1])}```\n", page)
    if os.environ.get("REWRITE_DOCS"):
        PAGE.write_text(now)
    assert PAGE.read_text() == now, "docs/operators.md is out of date; the top of this file says what to do"
    assert sorted(HELP.findall(page)) == sorted(all_verbs())


def test_the_page_tells_the_exit_codes():
    told = dict(re.findall(r"^\| (\d+) \| `([A-Z_]+)`", PAGE.read_text(), re.MULTILINE))
    assert told == {str(int(code)): code.name for code in ExitCode}


def test_as_a_command(tmp_path):
    """With a database that is not there: a sentence and an exit code, no traceback."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kezsite.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3",
    }
    command = ["python", "manage.py", "kez", "audit", "verify"]
    done = run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == ExitCode.FAULT
    assert "manage.py migrate" in done.stderr
    assert "Traceback" not in done.stderr
