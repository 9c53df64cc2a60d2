"""Lists of shared files by command, against the real server: published, browsed, fetched, taken back, gone on with."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from kezclient.errors import ServerUnreachable
from kezclient.files_api import FilesApi
from kezclient.publishing import shared_list
from kezclient.store.store import Store
from kezclient.tests.conftest import NewMachine
from kezclient.tests.machine import Machine, Running
from kezclient.tests.tunnel import Tunnel


def a_file(machine: Machine, name: str, size: int) -> Path:
    path = machine.folder / name
    path.write_bytes(random.Random(size).randbytes(size))
    return path


def database(machine: Machine) -> Path:
    return machine.folder / "data/kez-chat/profiles/default/history.sqlite3"


def entries(machine: Machine, *who: str) -> dict[str, Any]:
    return {entry["name"]: entry for entry in machine.look("browse", *who)["entries"]}


def readers(entry: dict[str, Any]) -> set[str]:
    return {reader["handle"].partition("-")[0] for reader in entry["readers"]}


def test_each_reader_sees_what_is_for_them(alice: Machine, bob: Machine, new_machine: NewMachine):
    carol = new_machine("carol").register()
    cat, dog = a_file(alice, "cat.png", 300_000), a_file(alice, "dog.txt", 1)
    done = alice.look("publish", str(cat), "--to", f"{bob.handle},{carol.handle}", "--note", "From Lisbon")
    assert [(each["name"], each["mode"], readers(each)) for each in done["entries"]] == [
        ("cat.png", "chunked", {"bob", "carol"})
    ]
    alice.look("publish", str(dog), "--to", carol.handle, "--name", "rex.txt")
    theirs = entries(bob, alice.handle)
    assert list(theirs) == ["cat.png"]
    entry = theirs["cat.png"]
    assert (entry["size"], entry["mime"], entry["note"], entry["expired"]) == (
        300_000,
        "image/png",
        "From Lisbon",
        False,
    )
    assert entry["expires_at"] > entry["added_at"]
    assert "readers" not in entry
    assert set(entries(carol, alice.handle)) == {"cat.png", "rex.txt"}
    shown = bob.run("browse", alice.handle).stdout
    assert f"{entry['id'][:8]}  " in shown
    assert "by way of the server  until 20" in shown

    bob.look("fetch", f"{alice.handle}/{entry['id'][:6]}", "--to", str(bob.folder))
    assert (bob.folder / "cat.png").read_bytes() == cat.read_bytes()
    carol.look("fetch", f"{alice.handle}/", "--all", "--to", str(carol.folder))
    assert (carol.folder / "rex.txt").read_bytes() == dog.read_bytes()
    answer = bob.look("fetch", f"{alice.handle}/rex.txt", "--to", str(bob.folder), code=8)
    assert answer["error"]["code"] == "entry_unknown"

    # A reader is taken away, then the file.
    left = alice.look("unpublish", "cat.png", "--to", carol.handle)
    assert (left["removed"], readers(left["entries"][0])) == ([], {"bob"})
    assert set(entries(carol, alice.handle)) == {"rex.txt"}
    assert (
        alice.look("unpublish", "cat.png", "--to", carol.handle, code=8)["error"]["code"] == "not_its_reader"
    )
    assert alice.look("unpublish", entry["id"][:8])["removed"] == [entry["id"]]
    assert entries(bob, alice.handle) == {}
    assert alice.look("unpublish", "cat.png", code=8)["error"]["code"] == "not_published"


def test_what_cannot_be_published_is_refused_before_anything_is_sent(alice: Machine, bob: Machine):
    empty, large = a_file(alice, "empty.txt", 0), a_file(alice, "film.mkv", 10 * 1024 * 1024 + 1)
    for arguments, code, name in (
        ((str(empty), "--to", bob.handle), 2, "empty_file"),
        ((str(empty),), 2, "usage"),
        ((str(large), "--to", alice.handle), 2, "self_message"),
        ((str(large), "--to", bob.handle, "--note", "two\nlines"), 2, "usage"),
        ((str(large), "--to", f"nobody-{bob.handle}"), 8, "handle_unknown"),
    ):
        assert alice.look("publish", *arguments, code=code)["error"]["code"] == name
    assert alice.look("browse")["entries"] == []


def test_another_device_goes_on_from_the_list(alice: Machine, bob: Machine, new_machine: NewMachine):
    cat = a_file(alice, "cat.png", 90_000)
    alice.look("publish", str(cat), "--to", bob.handle)
    before = entries(alice)["cat.png"]
    laptop = new_machine("alice").restore(alice)
    assert readers(entries(laptop)["cat.png"]) == {"bob"}
    copy = laptop.folder / "cat.png"
    copy.write_bytes(cat.read_bytes())
    carol = new_machine("carol").register()
    # The same again renews it, for bob as well.
    laptop.look("publish", str(copy), "--to", carol.handle)
    [renewed] = entries(alice).values()
    assert readers(renewed) == {"bob", "carol"}
    assert renewed["id"] != before["id"]
    assert renewed["expires_at"] > before["expires_at"]
    assert entries(bob, alice.handle)["cat.png"]["id"] == renewed["id"]
    # An own file is fetched like any other.
    laptop.look("fetch", f"{alice.handle}/cat.png", "--to", str(laptop.folder / "again.png"))
    assert (laptop.folder / "again.png").read_bytes() == cat.read_bytes()
    alice.look("unpublish", "cat.png")
    assert entries(laptop) == {}


def test_what_is_too_large_for_the_server_is_served_to_those_on_the_list(
    alice: Machine, bob: Machine, new_machine: NewMachine
):
    carol = new_machine("carol").register()
    film, folder = a_file(alice, "film.mkv", 11_000_000), alice.folder / "photos"
    folder.mkdir()
    (folder / "cat.png").write_bytes(b"cat")
    done = alice.look("publish", str(film), str(folder), "--to", f"{bob.handle},{carol.handle}")
    assert {each["name"]: each["mode"] for each in done["entries"]} == {"film.mkv": "iroh", "photos": "iroh"}
    assert entries(bob, alice.handle)["film.mkv"]["expires_at"] is None
    out = bob.folder / "out"
    out.mkdir()
    with Running(alice, "serve") as server:
        server.wait_for(lambda self: self.lines and self.lines[0]["type"] == "serving")
        bob.look("fetch", f"{alice.handle}/", "--all", "--to", str(out))
        assert (out / "film.mkv").read_bytes() == film.read_bytes()
        assert (out / "photos/cat.png").read_bytes() == b"cat"
    alice.look("unpublish", "film.mkv", "--to", carol.handle)
    assert set(entries(carol, alice.handle)) == {"photos"}
    with Store(database(alice)) as store:
        [share] = [each for each in store.shares.served() if each.name == "film.mkv"]
        assert [reader.handle.local for reader in store.shares.readers(share.id)] == [bob.handle]
    alice.look("unpublish", "photos")
    assert alice.look("unshare", "film.mkv", code=8)["error"]["code"] == "nothing_served"
    # Published again it is another offer, and the former one ends.
    alice.look("publish", str(film), "--to", carol.handle)
    with Store(database(alice)) as store:
        [share] = store.shares.served()
        assert len(store.shares.all()) == 3
        assert len(store.shares.readers(share.id)) == 2


def test_what_died_between_commit_and_hand_in_is_repaired_by_the_next_command(
    alice: Machine, bob: Machine, monkeypatch: pytest.MonkeyPatch
):
    cat = a_file(alice, "cat.png", 1000)
    put = FilesApi.put_shared_files

    def died(*_: object) -> None:
        raise ServerUnreachable(url="http://localhost", reason="it died")

    monkeypatch.setattr(shared_list, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(FilesApi, "put_shared_files", died)
    answer = alice.look("publish", str(cat), "--to", bob.handle, code=6)
    assert answer["error"]["code"] == "list_waits"
    assert bob.look("browse", alice.handle, code=8)["error"]["code"] == "list_missing"
    monkeypatch.setattr(FilesApi, "put_shared_files", put)
    assert set(entries(alice)) == {"cat.png"}
    assert set(entries(bob, alice.handle)) == {"cat.png"}


def test_offline_a_publication_waits_and_is_gone_on_with(alice: Machine, bob: Machine, stack: Any):
    cat = a_file(alice, "cat.png", 100_000)
    alice.look("add", bob.handle)
    with Tunnel(stack.nats_url) as broker:
        alice.environment["KEZ_CHAT_NATS_URL"] = broker.url
        broker.cut()
        answer = alice.look("publish", str(cat), "--to", bob.handle, code=20)
        assert (answer["error"]["code"], answer["entries"]) == ("publication_waits", [])
        [waiting] = alice.look("shares")["files"]
        assert (waiting["name"], waiting["state"]) == ("cat.png", "queued")
        broker.mend()
        # The same command again does not upload it twice.
        alice.look("publish", str(cat), "--to", bob.handle)
    assert alice.look("shares")["files"] == []
    assert entries(bob, alice.handle)["cat.png"]["id"] == waiting["id"]
    assert alice.look("publish")["entries"] == []
