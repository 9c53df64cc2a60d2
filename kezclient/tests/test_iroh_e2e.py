"""Files of any size between the commands of two people, with every process killed once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kezclient.tests.conftest import NewMachine
from kezclient.tests.machine import Machine, Running

MIB = 1024 * 1024
SIZE = 60 * MIB + 4711


def film(folder: Path, size: int = SIZE) -> Path:
    path = folder / "film.mkv"
    path.write_bytes(os.urandom(size))
    return path


def share(machine: Machine, whom: Machine, path: Path, *options: str) -> dict[str, Any]:
    machine.look("add", whom.handle)
    files: list[dict[str, Any]] = machine.look("share", whom.handle, str(path), "--no-wait", *options)[
        "files"
    ]
    whom.hear()
    return files[0]


@contextmanager
def serving(machine: Machine) -> Iterator[Running]:
    with Running(machine, "serve") as server:
        server.wait_for(lambda self: self.lines and self.lines[0]["type"] == "serving")
        yield server


def grown(folder: Path, size: int, process: Running) -> int:
    """The size of the part when it has reached `size`."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for part in folder.glob("*.part"):
            if (found := part.stat().st_size) >= size:
                return found
        assert process.is_running(), process.notes
    raise AssertionError("the part does not grow")


def test_share_serves_until_it_is_fetched(alice: Machine, bob: Machine, tmp_path: Path):
    path, folder, out = film(tmp_path), tmp_path / "photos", tmp_path / "out"
    (folder / "2026/empty").mkdir(parents=True)
    (folder / "2026/.notes.txt").write_text("sunny")
    (folder / "cat.png").write_bytes(os.urandom(3 * MIB))
    out.mkdir()
    alice.look("add", bob.handle)
    with Running(alice, "share", bob.handle, str(path), str(folder)) as sharing:
        sharing.wait_for(lambda self: any("Serving film.mkv, photos" in note for note in self.notes))
        bob.hear()
        fetched = bob.json("fetch", "--all", "--to", str(out))
        assert sharing.join() == 0
    assert [file["state"] for file in fetched["files"]] == ["saved", "saved"]
    assert (out / "film.mkv").read_bytes() == path.read_bytes()
    assert (out / "photos/2026/.notes.txt").read_text() == "sunny"
    assert (out / "photos/2026/empty").is_dir()
    assert (out / "photos/cat.png").read_bytes() == (folder / "cat.png").read_bytes()
    assert [file["state"] for file in sharing.lines[-1]["files"]] == ["fetched", "fetched"]
    assert sorted(each.name for each in out.iterdir()) == ["film.mkv", "photos"]


@pytest.mark.chaos
def test_a_killed_reader_and_a_killed_server_go_on_at_the_last_whole_chunk(
    alice: Machine, bob: Machine, tmp_path: Path
):
    path, out = film(tmp_path), tmp_path / "out"
    out.mkdir()
    share(alice, bob, path)
    with serving(alice) as server:
        with Running(bob, "fetch", "--to", str(out)) as fetching:
            before = grown(out, 4 * MIB, fetching)
            fetching.kill()
        with Running(bob, "fetch", "--to", str(out)) as fetching:
            server.wait_for(lambda self: sum(line.get("event") == "began" for line in self.lines) == 2)
            grown(out, before + 8 * MIB, fetching)
            server.kill()
            fetching.wait_for(lambda self: any("back online" in note for note in self.notes), seconds=60)
            with serving(alice) as second:
                assert fetching.join(60) == 0
                second.wait_for(lambda self: any(line["type"] == "fetched" for line in self.lines))
    assert (out / "film.mkv").read_bytes() == path.read_bytes()
    firsts = [
        line["done"] // MIB
        for each in (server, second)
        for line in each.lines
        if line.get("event") == "began"
    ]
    assert firsts[0] == 0
    assert before // MIB <= firsts[1] < firsts[2]


def test_each_way_in_which_nothing_comes_is_told_apart(alice: Machine, bob: Machine, tmp_path: Path):
    path, out = film(tmp_path, 11 * MIB), tmp_path / "out"
    out.mkdir()
    shared = share(alice, bob, path)
    (tmp_path / "note.txt").write_text("small")
    alice.look("share", bob.handle, str(tmp_path / "note.txt"))
    bob.hear()
    offline = bob.json("fetch", "--all", "--to", str(out), "--no-wait", code=25)
    assert offline["error"]["code"] == "sender_offline"
    assert [(file["name"], file["state"]) for file in offline["files"]] == [
        ("film.mkv", "received"),
        ("note.txt", "saved"),
    ]
    with serving(alice) as server:
        refused = alice.json("serve", code=18)["error"]
        assert refused["code"] == "already_serving"
        path.write_bytes(b"x" + path.read_bytes()[1:])
        assert (
            bob.json("fetch", "film.mkv", "--to", str(out), code=23)["error"]["code"] == "changed_at_sender"
        )
        assert alice.look("fetch", bob.handle, shared["id"][:8], code=2)["error"]["code"] == "own_share"
        assert alice.look("unshare", "film.mkv")["unshared"][0]["readers"] == [f"{bob.handle}@kez.lat"]
        assert bob.json("fetch", "film.mkv", "--to", str(out), code=21)["error"]["code"] == "gone"
        assert alice.look("unshare", "film.mkv", code=8)["error"]["code"] == "nothing_served"
        assert server.stop() == 0
    assert alice.look("shares")["files"][0]["state"] == "unshared"
    assert [each.name for each in out.iterdir()] == ["note.txt"]


def test_a_further_device_is_known_by_the_sigchain(
    alice: Machine, bob: Machine, new_machine: NewMachine, tmp_path: Path
):
    """Both of bob's devices fetch, the second also serves: three nodes with three ids."""
    laptop = new_machine("laptop").restore(bob)
    alice.look("add", bob.handle)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    path = film(tmp_path, 11 * MIB)
    share(alice, bob, path)
    laptop.hear()
    with serving(alice) as server:
        bob.json("fetch", "--to", str(tmp_path / "one"))
        laptop.json("fetch", "--to", str(tmp_path / "two"))
        keys = [line["reader"] for line in server.lines if line.get("event") == "began"]
    assert keys == [bob.handle, bob.handle]
    assert (tmp_path / "two/film.mkv").read_bytes() == path.read_bytes()
    laptop.look("add", alice.handle)
    share(laptop, alice, path, "--name", "back.mkv")
    with serving(laptop) as server, serving(alice):
        # Beside a node that serves, alice fetches under a key of its own, which her sigchain names.
        alice.json("fetch", bob.handle, "back.mkv", "--to", str(tmp_path / "one"))
        assert server.lines[0]["node"] not in (bob.primary, alice.primary)
    assert (tmp_path / "one/back.mkv").read_bytes() == path.read_bytes()
