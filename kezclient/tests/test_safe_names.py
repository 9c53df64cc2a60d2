"""Where a file of somebody else may be written, whatever its sender called it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezclient.fetching.request import target_of
from kezclient.fetching.safe_names import MAX_NAME_BYTES, safe_destination, safe_place
from kezclient.file_errors import BadDestination

FOLDER = Path("/downloads")

TABLE = [
    ("cat.png", "cat.png"),
    ("my holiday (1).tar.gz", "my holiday (1).tar.gz"),
    ("Übung – 漢字.pdf", "Übung – 漢字.pdf"),
    # No way out of the folder.
    ("../../etc/passwd", "__.._etc_passwd"),
    ("/etc/passwd", "_etc_passwd"),
    ("..", "_"),
    (".", "_"),
    ("", "file"),
    ("C:\\Windows\\win.ini", "C__Windows_win.ini"),
    ("a\\..\\b", "a_.._b"),
    ("photo.png:stream", "photo.png_stream"),
    ('a<b>c"d|e?f*g', "a_b_c_d_e_f_g"),
    # Nothing hidden, no option of a command, no home folder.
    (".bashrc", "_bashrc"),
    ("...x", "_x"),
    ("-rf", "_rf"),
    ("--help", "_help"),
    ("~root", "_root"),
    (" .ssh", "_ssh"),
    ("_kept.txt", "_kept.txt"),
    ("._resource", "__resource"),
    # What Windows would cut off, or open as a device.
    ("report.txt. . ", "report.txt"),
    ("CON", "_CON"),
    ("con.txt", "_con.txt"),
    ("LPT9.tar.gz", "_LPT9.tar.gz"),
    ("com¹", "_com¹"),
    ("aux .txt", "_aux .txt"),
    ("CONSOLE.txt", "CONSOLE.txt"),
    ("nul", "_nul"),
    # What disturbs a terminal, or shows as something else.
    ("a\x00b\x1b[31m\n.png", "a_b_[31m_.png"),
    ("exe.\u202egnp.cat", "exe._gnp.cat"),
    ("a\u200bb", "a_b"),
    ("a\u2028b", "a_b"),
    ("\ufeffx", "_x"),
    ("half\ud800.txt", "half_.txt"),
    ("👩\u200d👧.png", "👩\u200d👧.png"),
    # One form of each letter.
    ("e\u0301.txt", "\u00e9.txt"),
    # Never too long, the ending kept where there is one.
    ("x" * 300 + ".png", "x" * (MAX_NAME_BYTES - 4) + ".png"),
    ("é" * 150 + ".tar", "é" * 98 + ".tar"),
    ("y" * 300, "y" * MAX_NAME_BYTES),
    ("z." + "e" * 300, ("z." + "e" * 300)[:MAX_NAME_BYTES]),
]


@pytest.mark.parametrize(("name", "expected"), TABLE, ids=[ascii(name)[:30] for name, _ in TABLE])
def test_names_become_safe(name: str, expected: str):
    assert safe_destination(FOLDER, name) == FOLDER / expected


@given(st.text(max_size=300) | st.text("./\\-~ :\x00CONnul\u202e", max_size=40))
def test_no_name_leads_elsewhere(name: str):
    path = safe_destination(FOLDER, name)
    assert path.parent == FOLDER
    assert path.name
    assert path.name not in (".", "..")
    assert path.name[0] not in ".-~ "
    assert path.name[-1] not in ". "
    assert len(path.name.encode()) <= MAX_NAME_BYTES
    assert not set(path.name) & set('/\\<>:"|?*\0\n\u202e')
    assert unicodedata.is_normalized("NFC", path.name)
    assert safe_destination(FOLDER, path.name) == path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (".gitignore", ".gitignore"),
        (".config", ".config"),
        (".a/b", ".a_b"),
        (".x. ", ".x"),
        (".git", "_git"),
        (".GIT. .", "_GIT"),
        (".g\u200cit", "_g\u200cit"),
        ("..", "_"),
        ("..x", "_x"),
        (".-rf", "_rf"),
        ("plain.txt", "plain.txt"),
    ],
    ids=ascii,
)
def test_inside_a_folder_a_leading_dot_stays(name: str, expected: str):
    assert safe_place(FOLDER, name) == FOLDER / expected


@given(st.text(max_size=300) | st.text("./\\-~ :\x00gitGIT\u200d", max_size=40))
def test_no_name_inside_a_folder_leads_elsewhere(name: str):
    path = safe_place(FOLDER, name)
    assert path.parent == FOLDER
    assert path.name not in ("", ".", "..")
    assert path.name.casefold() != ".git"
    assert len(path.name.encode()) <= MAX_NAME_BYTES + 1
    assert not set(path.name) & set('/\\<>:"|?*\0\n\u202e')


def test_a_folder_that_ends_with_a_slash_is_made(tmp_path):
    wanted = tmp_path / "new" / "folder"
    assert target_of(f"{wanted}/") == wanted
    assert wanted.is_dir()
    assert target_of(str(tmp_path / "file")) == tmp_path / "file"
    assert not (tmp_path / "file").exists()
    assert target_of(None) == Path()
    (tmp_path / "file").touch()
    with pytest.raises(BadDestination, match="cannot be written"):
        target_of(f"{tmp_path / 'file'}/")
