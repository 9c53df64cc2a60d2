"""A part becomes a file whole or not at all, and never in the place of something else."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import pytest

from kezclient.errors import FileExists
from kezclient.fetching.part_file import PartFile
from kezclient.file_errors import BadDestination

REF = "abcdef0123"


def write(destination: Path, data: bytes = b"new", *, force: bool = False) -> Path:
    with PartFile(destination, REF, force=force) as part:
        part.start_at(0)
        part.write(data)
        return part.finish()


def test_what_is_written_lies_beside_until_it_is_finished(tmp_path: Path):
    with PartFile(tmp_path / "cat.png", REF, force=False) as part:
        part.write(b"half")
    assert [path.name for path in tmp_path.iterdir()] == ["cat.png.abcdef01.part"]
    with PartFile(tmp_path / "cat.png", REF, force=False) as part:
        assert part.size == 4
        part.start_at(2)
        part.write(b"LF")
        part.finish()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("cat.png", b"haLF")]


def test_a_part_of_nothing_leaves_nothing(tmp_path: Path):
    with PartFile(tmp_path / "cat.png", REF, force=False):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "link", "dangling"])
def test_what_exists_is_replaced_only_by_force(tmp_path: Path, kind: str):
    destination, other = tmp_path / "cat.png", tmp_path / "other"
    if kind == "file":
        destination.write_bytes(b"old")
    else:
        destination.symlink_to(other)
    if kind == "link":
        other.write_bytes(b"old")
    with pytest.raises(FileExists):
        write(destination)
    write(destination, force=True)
    assert destination.read_bytes() == b"new"
    # A link is replaced, never followed.
    assert not destination.is_symlink()
    assert not other.exists() or other.read_bytes() == b"old"


def test_a_name_that_is_taken_meanwhile_stays_what_it_is(tmp_path: Path):
    destination = tmp_path / "cat.png"
    with PartFile(destination, REF, force=False) as part:
        part.write(b"new")
        destination.write_bytes(b"quicker")
        with pytest.raises(FileExists):
            part.finish()
    assert destination.read_bytes() == b"quicker"


def test_without_hard_links_the_name_is_claimed_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    assert write(tmp_path / "cat.png").read_bytes() == b"new"
    with pytest.raises(FileExists):
        write(tmp_path / "cat.png")
    assert [path.name for path in tmp_path.iterdir()] == ["cat.png"]


@pytest.mark.parametrize("kind", ["symlink", "hard link", "folder"])
def test_a_trap_under_the_name_of_the_part_is_not_written_to(tmp_path: Path, kind: str):
    precious, trap = tmp_path / "precious", tmp_path / "cat.png.abcdef01.part"
    precious.write_bytes(b"old")
    if kind == "symlink":
        trap.symlink_to(precious)
    elif kind == "hard link":
        trap.hardlink_to(precious)
    else:
        trap.mkdir()
    with pytest.raises(BadDestination):
        write(tmp_path / "cat.png", force=True)
    assert precious.read_bytes() == b"old"


def test_a_folder_is_no_destination(tmp_path: Path):
    with pytest.raises(BadDestination, match="folder"):
        write(tmp_path, force=True)


@pytest.mark.parametrize("begin", [0, 1], ids=["a page's beginning", "elsewhere"])
@pytest.mark.parametrize("before", [0, 4096, 3])
def test_pages_are_written_past_the_cache_or_else_as_usual(tmp_path: Path, begin: int, before: int):
    pages = memoryview(mmap.mmap(-1, 5 * 4096))
    pages[:] = os.urandom(len(pages))
    data = pages[begin:]
    with PartFile(tmp_path / "cat.png", REF, force=False) as part:
        part.start_at(0)
        part.write(bytes(before))
        for size in (2 * 4096, 2 * 4096 + 5, 7):
            part.write_pages(data[:size])
        part.write(b"end")
        part.finish()
    expected = (
        bytes(before) + bytes(data[: 2 * 4096]) + bytes(data[: 2 * 4096 + 5]) + bytes(data[:7]) + b"end"
    )
    assert (tmp_path / "cat.png").read_bytes() == expected
