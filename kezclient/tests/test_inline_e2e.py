"""Small files travel inside their message."""

from __future__ import annotations

from kezclient.tests.machine import Machine

# As large as fits.
PICTURE = bytes(range(256)) * 320


def test_a_small_file_arrives_byte_for_byte_and_is_not_overwritten(alice: Machine, bob: Machine):
    picture = alice.folder / "cat.png"
    picture.write_bytes(PICTURE)
    sent = alice.json("share", bob.handle, str(picture))
    assert [(file["name"], file["mode"], file["state"], file["mime"]) for file in sent["files"]] == [
        ("cat.png", "inline", "sent", "image/png")
    ]
    [line] = bob.listen()
    assert (line["type"], line["body"]["mode"]) == ("message", "inline")

    fetched = bob.look("fetch", alice.handle, "--to", str(bob.folder))
    assert (bob.folder / "cat.png").read_bytes() == PICTURE
    assert [file["path"] for file in fetched["files"]] == [str(bob.folder / "cat.png")]
    assert bob.look("fetch", alice.handle, "--to", str(bob.folder), code=2)["error"]["code"] == "file_exists"
    (bob.folder / "cat.png").write_bytes(b"other")
    bob.look("fetch", "cat.png", "--to", str(bob.folder), "--force")
    assert (bob.folder / "cat.png").read_bytes() == PICTURE
    assert not list(bob.folder.glob("*.part"))
    assert bob.look("fetch", alice.handle, "--all", code=8)["error"]["code"] == "no_such_file"


def test_what_comes_by_stdin_and_nothing_at_all(alice: Machine, bob: Machine):
    alice.run("share", bob.handle, "-", "--name", "notes.txt", stdin="by a pipe")
    (alice.folder / "empty").touch()
    alice.look("share", bob.handle, str(alice.folder / "empty"))
    bob.hear()
    answer = bob.look("fetch", "--all", "--to", str(bob.folder))
    assert [(file["name"], file["size"], file["state"]) for file in answer["files"]] == [
        ("notes.txt", 9, "saved"),
        ("empty", 0, "saved"),
    ]
    assert ((bob.folder / "notes.txt").read_text(), (bob.folder / "empty").read_bytes()) == ("by a pipe", b"")
