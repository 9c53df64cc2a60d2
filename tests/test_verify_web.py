"""`kez-chat verify-web` against a real web process: an honest one, and one whose operator cheats."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devstack.environment import ROOT
from devstack.ports import HOST, free_ports
from devstack.stack import Stack, answers
from kezclient.tests.machine import Machine
from tests.tampering import CHEATS


@pytest.fixture
def machine(stack: Stack, tmp_path: Path) -> Machine:
    """Somebody without a handle: the command needs none."""
    return Machine("nobody", tmp_path / "nobody", stack.base_url)


@pytest.fixture(scope="module")
def cheating(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """`cheating("words name")`: the address of a server that does both from now on."""
    chosen = tmp_path_factory.mktemp("cheat") / "chosen"
    chosen.write_text("")
    (port,) = free_ports(1)
    url = f"http://{HOST}:{port}"
    process = subprocess.Popen(
        ["python", "-m", "daphne", "-b", HOST, "-p", str(port), "tests.tampering:application"],
        cwd=ROOT,
        env={**stack.environment, "KEZ_TEST_TAMPERING": str(chosen)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while not answers(f"{url}/v1/healthz"):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)

    def choose(cheat: str) -> str:
        chosen.write_text(cheat)
        return url

    yield choose
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="module")
def release(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The list that this release would publish."""
    file = tmp_path_factory.mktemp("release") / "kez-web.json"
    stack.manage("web_manifest", "--output", str(file))
    return file


def wheres(document: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in document["differences"]:
        found.setdefault(each["where"], []).append(each["what"])
    return found


def test_an_honest_server_is_as_it_says_and_as_the_release_says(machine: Machine, release: Path):
    done = machine.json("verify-web", "--release", str(release))
    assert done["differences"] == []
    assert done["release"] == done["version"]
    assert done["files"] > 50
    assert done["pages"] >= 8


# What each cheat leads to: where it is seen, and a part of what is said.
SEEN = {
    "evil_module": ("js/app.js", "another content"),
    "evil_package": ("vendor/idb/index.js", "another content"),
    "inline_script": ("/docs/cli", "an inline script: 'evil()'"),
    "import_map": ("/", "import map is another one"),
    "handler": ("/chat", "attribute onload of a <body>"),
    "other_script": ("/unlock", "/static/other.js is loaded, and not in the list"),
    "words": ("/join", "its markup is another one"),
    "name": ("/restore", "'send your words to "),
    "policy": ("/contacts", "script-src 'self' 'unsafe-inline'"),
    "preload": ("/settings", "the header Link"),
}


def test_whatever_a_cheating_operator_changes_is_noticed(machine: Machine, cheating):
    document = machine.look("verify-web", cheating(" ".join(SEEN)), code=19)
    assert document["error"]["code"] == "web_differs"
    found = wheres(document)
    assert set(found) == {where for where, _ in SEEN.values()}
    for cheat, (where, what) in SEEN.items():
        assert any(what in each for each in found[where]), (cheat, found[where])


def test_a_list_that_lies_too_is_noticed_by_the_list_of_the_release(
    machine: Machine, cheating, release: Path, tmp_path: Path
):
    kept = tmp_path / "kept.json"
    url = cheating("evil_module_in_the_list")
    assert machine.look("verify-web", url, "--save", str(kept))["differences"] == []
    done = machine.run("verify-web", url, "--release", str(release), code=19)
    assert done.stdout.splitlines() == [
        "✗ js/app.js: the server's list has another file than the release",
        "✗ js/app.js: it is served with another content than listed",
    ]
    assert "Do not type" in done.stderr
    assert json.loads(kept.read_text())["files"] != json.loads(release.read_text())["files"]


def test_every_cheat_is_tried():
    assert {*SEEN, "evil_module_in_the_list"} == set(CHEATS)


def test_files_that_are_no_lists_are_refused(machine: Machine, release: Path, tmp_path: Path):
    broken = tmp_path / "broken.json"
    listed = json.loads(release.read_text())
    for content in ("", "[]", "{}", json.dumps({**listed, "files": {"../x": "0" * 64}})):
        broken.write_text(content)
        assert machine.look("verify-web", "--release", str(broken), code=18)["error"]["code"] == "local_data"
    assert machine.look("verify-web", "--release", str(tmp_path / "none"), code=18)
    assert machine.look("verify-web", "--save", str(broken), code=2)["error"]["code"] == "file_exists"


def test_a_server_without_a_list_is_refused(machine: Machine, stack: Stack):
    assert machine.look("verify-web", stack.sigchain_url, code=7)["error"]["code"] == "not_found"
