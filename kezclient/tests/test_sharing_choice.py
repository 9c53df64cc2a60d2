"""What may be shared, which way it takes, and what it is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kezclient.errors import UsageFault
from kezclient.file_errors import FileUnreadable, PathImpossible
from kezclient.sharing.choosing import choose
from kezclient.sharing.sources import Source, guess_mime, open_source
from kezclient.sizes import size_in_words
from kezproto.bodies import FileMode

KIB, MIB = 1024, 1024 * 1024


def of(size: int, path: Path | None = Path("/x")) -> Source:
    return Source("x", "text/plain", size, path)


@pytest.mark.parametrize(
    ("size", "mode"),
    [
        (0, "inline"),
        (80 * KIB, "inline"),
        (80 * KIB + 1, "chunked"),
        (10 * MIB, "chunked"),
        (10 * MIB + 1, "iroh"),
        (2**40, "iroh"),
    ],
)
def test_the_size_decides(size: int, mode: str):
    choice = choose(of(size))
    assert choice.mode == mode
    exact = size in (80 * KIB + 1, 10 * MIB + 1)
    assert (f"{size} bytes" if exact else size_in_words(size)) in choice.sentence(of(size))


@pytest.mark.parametrize("via", ["inline", "chunked", "iroh"])
def test_a_way_that_fits_is_taken_when_asked_for(via: FileMode):
    assert choose(of(1000), via).mode == via


@pytest.mark.parametrize(
    ("source", "via", "says"),
    [
        (of(80 * KIB + 1), "inline", "at most 80 KiB fit"),
        (of(10 * MIB + 1), "chunked", "at most 10 MiB"),
        (of(0), "chunked", "empty"),
        (of(1, None), "iroh", "stdin"),
    ],
)
def test_a_way_that_does_not_fit_is_refused_with_a_hint(source: Source, via: FileMode, says: str):
    with pytest.raises(PathImpossible, match=says) as caught:
        choose(source, via)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (80 * KIB, "80.0 KiB"),
        (10 * MIB - 1, "9.9 MiB"),
        (10 * MIB, "10.0 MiB"),
        (5 * 2**30, "5.0 GiB"),
        (3 * 2**50, "3072.0 TiB"),
    ],
)
def test_sizes_in_words(size: int, words: str):
    assert size_in_words(size) == words


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("a.png", "image/png"),
        ("A.JPG", "image/jpeg"),
        ("a.pdf", "application/pdf"),
        ("a", "application/octet-stream"),
        ("a.tar.gz", "application/octet-stream"),
        ("a.unknown-ending", "application/octet-stream"),
    ],
)
def test_the_media_type_is_guessed_by_the_name(name: str, mime: str):
    assert guess_mime(name) == mime


def test_what_cannot_be_shared_says_why(tmp_path: Path):
    with pytest.raises(FileUnreadable, match="No such file"):
        open_source(str(tmp_path / "missing"))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileUnreadable, match="no regular file"):
        open_source(str(tmp_path / "pipe"))
    with pytest.raises(UsageFault, match="--name"):
        open_source("-")
    (tmp_path / "two\nlines").touch()
    with pytest.raises(UsageFault, match="--name"):
        open_source(str(tmp_path / "two\nlines"))
    assert open_source(str(tmp_path / "two\nlines"), "lines").name == "lines"


def test_a_file_that_changes_while_it_is_read_is_not_sent(tmp_path: Path):
    path = tmp_path / "log"
    path.write_bytes(b"one")
    source = open_source(str(path))
    assert source.read() == b"one"
    path.write_bytes(b"one two")
    with pytest.raises(FileUnreadable, match="changed"):
        source.read()
