"""The archive by itself: what went in comes out; what was changed, cut, swapped or is not ours is refused."""

import io
import json
import tarfile
from pathlib import Path
from typing import IO

import pytest

from backups import archive
from backups.archive import BLOCK_BYTES, ArchiveReader, ArchiveWriter
from backups.errors import ArchiveRefused
from backups.progress import Progress
from backups.restoring import verify_archive
from backups.sealing import make_key, opening, read_identities, read_recipients, sealing

LARGE = bytes(range(256)) * (BLOCK_BYTES // 256) + b"and a little more"
MEMBERS = {
    "chunks/00000000": b"",
    "registry/00000000": LARGE[:BLOCK_BYTES],
    "registry/00000001": b"and a little more",
    "files/ab/abcd-0123": b"sealed bytes",
}


def written(stream: IO[bytes], **head: object) -> None:
    writer = ArchiveWriter(stream, {"id": "00", **head}, mtime=0)
    with writer.part("chunks", "stream") as part:
        part.member("00000000", b"")
    with writer.part("registry", "sqlite") as part:
        for start in range(0, len(LARGE), 100_000):
            part.write(LARGE[start : start + 100_000])
        part.more = {"counts": {"handles": 2}}
    with writer.part("files", "folder") as part:
        part.member("ab/abcd-0123", b"sealed bytes")
    writer.finish()


@pytest.fixture
def plain() -> bytes:
    stream = io.BytesIO()
    written(stream)
    return stream.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    reader = ArchiveReader(io.BytesIO(data))
    return {f"{member.part}/{member.name}": member.data for member in reader.members()}


def test_what_went_in_comes_out_in_its_order(plain):
    assert list(read(plain).items()) == list(MEMBERS.items())
    reader = ArchiveReader(io.BytesIO(plain))
    list(reader.members())
    assert reader.manifest["parts"][1]["counts"] == {"handles": 2}
    assert reader.manifest["parts"][1]["bytes"] == len(LARGE)


def rewritten(
    data: bytes, change: dict[str, bytes | None], *, more: tuple[str, bytes] | None = None
) -> bytes:
    """The archive with members changed, or left out (None), but a tar in order."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as source, tarfile.open(fileobj=out, mode="w") as target:
        members = [(info.name, source.extractfile(info).read()) for info in source]  # type: ignore[union-attr]
        for name, content in [*members, *([more] if more else [])]:
            changed = change.get(name, content)
            if changed is not None:
                info = tarfile.TarInfo(name)
                info.size = len(changed)
                target.addfile(info, io.BytesIO(changed))
    return out.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        {"files/ab/abcd-0123": b"sealed bytes, others"},
        {"files/ab/abcd-0123": None},
        {"registry/00000001": None},
        {"manifest.json": None},
        {"manifest.json": b"{}"},
        {"manifest.json": b"not json"},
    ],
    ids=str,
)
def test_a_changed_member_is_refused(plain, change):
    with pytest.raises(ArchiveRefused, match="damaged"):
        read(rewritten(plain, change))


@pytest.mark.parametrize("name", ["extra/0", "../etc/passwd", "/etc/passwd", "files/../../x", "registry/9"])
def test_more_than_the_manifest_tells_is_refused(plain, name):
    with pytest.raises(ArchiveRefused, match="damaged"):
        read(rewritten(plain, {}, more=(name, b"x")))


def test_cut_anywhere_is_refused(plain):
    # The last 10 KiB of a tar are its end mark and padding.
    for end in (*range(0, len(plain) - 10_240, 511_999), len(plain) - 10_240 - 1):
        with pytest.raises(ArchiveRefused):
            read(plain[:end])


def test_something_behind_it_is_refused(plain):
    with pytest.raises(ArchiveRefused, match="damaged"):
        read(plain + b"x")


def test_one_of_a_newer_version_says_so():
    stream = io.BytesIO()
    written(stream)
    head = {"format": "kez-backup", "version": 2, "software": "9.1"}
    newer = rewritten(stream.getvalue(), {archive.HEAD: json.dumps(head).encode()})
    with pytest.raises(ArchiveRefused, match=r"made by a newer kez-chat \(9\.1\)"):
        read(newer)


@pytest.mark.parametrize(
    "data", [b"", b"no tar at all" * 1000, b"\0" * 20_480], ids=["empty", "text", "zeros"]
)
def test_what_is_no_archive_is_refused(data):
    with pytest.raises(ArchiveRefused):
        read(data)


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """Beside it the file of its key."""
    public, text = make_key()
    (tmp_path / "key").write_text(text)
    with (tmp_path / "sealed").open("wb") as target:
        with sealing(target, read_recipients([public])) as stream:
            written(stream)
    file: Path = tmp_path / "sealed"
    return file


def verify(file: Path, key: Path) -> dict[str, object]:
    return verify_archive(file, read_identities(key), progress=Progress(shown=False))


def test_sealed_it_is_the_same(sealed, plain):
    with opening(sealed, read_identities(sealed.parent / "key")) as stream:
        assert stream.read() == plain
    assert b"kez-backup" not in sealed.read_bytes()


def test_sealed_for_another_key(sealed, tmp_path):
    (tmp_path / "other").write_text(make_key()[1])
    with pytest.raises(ArchiveRefused, match="for another key"):
        verify(sealed, tmp_path / "other")
    with pytest.raises(ArchiveRefused, match="name the file of its key"):
        verify_archive(sealed, [], progress=Progress(shown=False))


@pytest.mark.parametrize("place", [300, 100_000, -1], ids=["begin", "middle", "end"])
def test_sealed_and_tampered_with_or_cut(sealed, place):
    data = bytearray(sealed.read_bytes())
    data[place] ^= 1
    cut = data[: place if place > 0 else place - 1]
    for lie in (bytes(data), bytes(cut), bytes(data[:-17])):
        sealed.write_bytes(lie)
        with pytest.raises(ArchiveRefused, match="damaged"):
            verify(sealed, sealed.parent / "key")


def test_a_key_file_that_is_none(tmp_path):
    for text in ("", "# only a comment\n", "AGE-SECRET-KEY-1NONSENSE\n"):
        (tmp_path / "key").write_text(text)
        with pytest.raises(ValueError, match="key"):
            read_identities(tmp_path / "key")
    with pytest.raises(ValueError, match="age1nonsense"):
        read_recipients(["age1nonsense"])
