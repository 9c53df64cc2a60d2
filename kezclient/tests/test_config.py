"""Folders, their modes, and config.toml."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from kezclient.config import (
    UserSettings,
    create_private,
    folders,
    settings_file,
    user_settings,
    write_private,
)
from kezclient.errors import LocalDataFault, UsageFault


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_follow_xdg_and_are_private(home: Path):
    places = folders("work")
    places.create()
    assert places.config == home / "config/kez-chat/profiles/work"
    assert places.data == home / "data/kez-chat/profiles/work"
    assert places.state == home / "state/kez-chat/profiles/work"
    assert {mode(path) for path in (places.config, places.data, places.state, places.data.parent.parent)} == {
        0o700
    }


@pytest.mark.parametrize("name", ["", "..", "a/b", "Upper", "-x", "x" * 33, "ü"])
def test_odd_profile_names_are_refused(home: Path, name: str):
    with pytest.raises(UsageFault):
        folders(name)


def test_private_files_are_private_and_replaced_whole(home: Path):
    path = home / "secret"
    write_private(path, b"one")
    write_private(path, b"two")
    assert (path.read_bytes(), mode(path)) == (b"two", 0o600)
    assert [each.name for each in home.iterdir()] == ["secret"]
    with pytest.raises(FileExistsError):
        create_private(path, b"three")
    assert path.read_bytes() == b"two"


def test_a_folder_that_cannot_be_made_is_a_typed_error(home: Path):
    (home / "config").write_text("a file where a folder should be")
    with pytest.raises(LocalDataFault):
        folders("default").create()


def test_settings_have_defaults_and_are_read(home: Path):
    assert user_settings() == UserSettings(read_receipts=False, refresh=timedelta(minutes=10))
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text("read_receipts = true\nrefresh_minutes = 0.5\n")
    assert user_settings() == UserSettings(read_receipts=True, refresh=timedelta(seconds=30))


@pytest.mark.parametrize(
    "text", ["read_receipts = 1", "refresh_minutes = true", "refresh_minutes = -1", "colour = 'red'", "= = ="]
)
def test_wrong_settings_are_refused(home: Path, text: str):
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text(text)
    with pytest.raises(LocalDataFault):
        user_settings()
