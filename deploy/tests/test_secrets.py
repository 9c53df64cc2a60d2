"""The maker of secrets: what lies where, with which rights, and that nothing is made anew."""

import subprocess
import sys
from pathlib import Path

import environ

from deploy.secrets import NKEY_SEEDS, TEXT_SECRETS
from devstack.environment import ROOT


def make(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.secrets", str(folder), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def contents(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_each_secret_has_a_private_file_and_a_second_run_changes_none(tmp_path: Path):
    folder = tmp_path / "secrets"
    done = make(folder, "--postgres", "postgres:5432")
    assert (done.returncode, done.stderr) == (0, "")
    made = contents(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    # PostgreSQL runs under an account of its own and reads these two by their group.
    modes = {name: (folder / name).stat().st_mode & 0o777 for name in made}
    assert {name for name, mode in modes.items() if mode != 0o600} == {"kez_password", "sigchain_password"}
    assert modes["kez_password"] == modes["sigchain_password"] == 0o640

    named = dict(line.split("=") for line in done.stdout.splitlines() if "=" in line)
    settings = {*TEXT_SECRETS, *NKEY_SEEDS, "DATABASE_URL", "SIGCHAIN_DATABASE_URL"}
    assert named == {f"{name}_FILE": str(folder / name.lower()) for name in settings}

    assert make(folder, "--postgres", "elsewhere:5432").returncode == 0
    assert contents(folder) == made


def test_settings_and_the_broker_can_read_what_was_made(tmp_path: Path, monkeypatch):
    make(tmp_path, "--postgres", "db.example:5433")
    for name, role in (("DATABASE_URL", "kez"), ("SIGCHAIN_DATABASE_URL", "sigchain")):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name.lower()))
        config = environ.FileAwareEnv().db_url(name)
        assert (config["HOST"], config["PORT"], config["USER"], config["NAME"]) == (
            *("db.example", 5433),
            *(role, role),
        )
        assert config["PASSWORD"] == (tmp_path / f"{role}_password").read_text()
    keys = dict(line.split("=") for line in (tmp_path / "nats_keys").read_text().splitlines())
    conf = (ROOT / "deploy/nats.conf").read_text()
    assert [name for name in keys if f"${name}" not in conf] == []
    assert {key[0] for key in keys.values()} == {"A", "X", "U"}
    assert not any(seed in (tmp_path / "nats_keys").read_text() for seed in seeds(tmp_path))


def seeds(folder: Path) -> list[str]:
    return [(folder / name.lower()).read_text() for name in NKEY_SEEDS]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    done = make(tmp_path / "file" / "secrets")
    assert done.returncode == 1
    assert "Not a directory" in done.stderr
    assert "Traceback" not in done.stderr
