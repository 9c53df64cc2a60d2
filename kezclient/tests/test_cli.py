"""The command line itself: refusals, forms of output, help, and the last line of defence."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kezclient import cli
from kezclient.cli import _run
from kezclient.docs import PAGE
from kezclient.tests.loopback import Loopback, json_answer, problem
from kezproto.version import VERSION

COMMANDS = [
    ["whoami"],
    ["phrase", "--yes"],
    ["add", "bob"],
    ["contacts"],
    ["verify", "bob"],
    ["accept-key", "bob"],
    ["send", "bob", "hi"],
    ["listen", "--once"],
    ["history"],
    ["share", "bob", "README.md"],
    ["fetch"],
    ["shares"],
    ["outbox"],
    ["outbox", "list"],
    ["outbox", "retry"],
    ["outbox", "drop", "1"],
    ["doctor"],
]


@pytest.fixture(autouse=True)
def _at_home(home: Path):
    """Every test has folders of its own."""


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict]:
    code = _run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_without_a_handle_every_command_says_how_to_begin(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert _run(arguments) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "kez-chat register" in captured.err
    code, document = run_json(capsys, *arguments)
    assert (code, document["error"]["code"], document["error"]["exit_code"]) == (3, "no_profile", 3)
    assert document["profile"] == "default"


@pytest.mark.parametrize(
    "arguments",
    [["frobnicate"], ["send"], ["whoami", "extra"], ["listen", "--count", "0"], ["history", "--limit", "x"]],
)
def test_a_wrong_command_line_is_exit_code_2_in_both_forms(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert _run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "--help" in captured.err
    code, document = run_json(capsys, *arguments)
    assert (code, document["error"]["code"]) == (2, "usage")


def test_shared_options_stand_before_or_after_the_command(capsys: pytest.CaptureFixture[str]):
    for arguments in (["--json", "--profile", "work", "whoami"], ["whoami", "--json", "--profile", "work"]):
        assert _run(arguments) == 3
        assert json.loads(capsys.readouterr().out)["profile"] == "work"
    for arguments in (["--json", "outbox", "retry"], ["outbox", "--json", "retry"]):
        assert _run(arguments) == 3
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "no_profile"


def test_the_environment_names_the_profile(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("KEZ_CHAT_PROFILE", "work")
    assert run_json(capsys, "whoami")[1]["profile"] == "work"
    assert run_json(capsys, "whoami", "--profile", "play")[1]["profile"] == "play"
    assert run_json(capsys, "whoami", "--profile", "../x")[0] == 2


def test_version_and_completion(capsys: pytest.CaptureFixture[str]):
    assert _run(["--version"]) == 0
    assert capsys.readouterr().out == f"kez-chat {VERSION}\n"
    assert _run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "--install-completion" in shown
    assert "--show-completion" in shown


def test_nothing_is_registered_without_a_place_for_the_words(
    loopback: Loopback, capsys: pytest.CaptureFixture[str], home: Path
):
    loopback.answer = lambda *_: json_answer({"server": "kez.lat", "version": "1", "status": "ok"})
    code, document = run_json(capsys, "register", "alice", "--no-input", "--server-url", loopback.url)
    assert (code, document["error"]["code"]) == (4, "input_needed")
    assert "--phrase-out" in document["error"]["message"]
    assert not list(home.rglob("key.json"))


def test_a_handle_of_another_server_is_refused(loopback: Loopback, capsys: pytest.CaptureFixture[str]):
    loopback.answer = lambda *_: json_answer({"server": "kez.lat", "version": "1", "status": "ok"})
    code, document = run_json(capsys, "register", "alice@other.example", "--server-url", loopback.url)
    assert (code, document["error"]["code"]) == (2, "bad_handle")


@pytest.mark.parametrize("handle", ["al", "alice bob", "älice", "@", "a" * 33])
def test_bad_handles_are_refused_here(loopback: Loopback, capsys: pytest.CaptureFixture[str], handle: str):
    loopback.answer = lambda *_: json_answer({"server": "kez.lat", "version": "1", "status": "ok"})
    code, document = run_json(capsys, "register", handle, "--server-url", loopback.url)
    assert (code, document["error"]["code"]) == (2, "bad_handle")
    assert loopback.requests == ["GET /v1/healthz"]


def test_an_existing_words_file_is_not_overwritten(
    loopback: Loopback, capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch
):
    def answer(_method: str, path: str, _body: bytes):
        if path == "/v1/healthz":
            return json_answer({"server": "kez.lat", "version": "1", "status": "ok"})
        return problem(404, "not_found", "Free.")

    loopback.answer = answer
    monkeypatch.setenv("KEZ_CHAT_KEYSTORE", "file")
    words = home / "words"
    words.write_text("precious")
    code, document = run_json(
        capsys, "register", "alice", "--no-input", "--phrase-out", str(words), "--server-url", loopback.url
    )
    assert (code, document["error"]["code"]) == (2, "file_exists")
    assert words.read_text() == "precious"
    assert not list(home.rglob("key.json"))


def test_a_server_that_is_away(capsys: pytest.CaptureFixture[str]):
    code, document = run_json(capsys, "register", "alice", "--server-url", "http://127.0.0.1:1")
    assert (code, document["error"]["code"]) == (6, "server_unreachable")


def test_a_server_without_tls_is_warned_of(capsys: pytest.CaptureFixture[str]):
    assert _run(["register", "alice", "--server-url", "http://kez-chat.invalid:1"]) == 6
    assert "not encrypted" in capsys.readouterr().err
    assert _run(["register", "alice", "--server-url", "http://127.0.0.1:1"]) == 6
    assert "not encrypted" not in capsys.readouterr().err


def test_a_defect_leaves_a_sentence_and_a_private_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(cli, "app", broken)
    old_mask = os.umask(0o077)
    try:
        assert _run(["whoami"]) == 1
    finally:
        os.umask(old_mask)
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err + captured.out
    log = home / "state/kez-chat/crash.log"
    assert "ZeroDivisionError" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert run_json(capsys, "whoami")[1]["error"]["code"] == "bug"


def test_help_loads_nothing_heavy():
    program = (
        "import sys; from kezclient import cli; cli._run(['--help']);"
        "print([name for name in ('httpx', 'nats', 'nacl', 'cryptography', 'keyring', 'sqlite3', 'asyncio')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_documentation_is_up_to_date():
    done = subprocess.run(
        [sys.executable, "-m", "kezclient.docs", "--check"],
        capture_output=True,
        text=True,
        cwd=PAGE.parent.parent,
    )
    assert done.returncode == 0, done.stderr


def test_every_variable_and_command_is_documented():
    page = PAGE.read_text()
    sources = [
        path.read_text()
        for path in (PAGE.parent.parent / "kezclient").rglob("*.py")
        if "tests" not in path.parts
    ]
    variables = {name for text in sources for name in re.findall(r"KEZ_CHAT_[A-Z_]*[A-Z]", text)}
    assert {name for name in variables if f"`{name}`" not in page} == set()
    commands = {
        command.name or getattr(command.callback, "__name__", "") for command in cli.app.registered_commands
    }
    assert {name for name in commands if f"<!-- help:{name.replace('_', '-')} -->" not in page} == set()
