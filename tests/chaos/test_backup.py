"""A backup of a server that runs on, restored into an empty one: chat goes on there, and nothing was lost."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.environment import ROOT
from devstack.postgres import Postgres
from tests.backup_scene import People, Servers, kez, texts

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Servers]:
    both = Servers(tmp_path)
    yield both
    both.old.stop()
    both.new.stop()


@pytest.fixture
def on_postgres(tmp_path: Path, postgres: Postgres) -> Iterator[Servers]:
    def databases(name: str) -> dict[str, str]:
        return {
            "DATABASE_URL": postgres.url(f"{name}_registry"),
            "SIGCHAIN_DATABASE_URL": postgres.url(f"{name}_sigchain"),
        }

    both = Servers(tmp_path, databases)
    yield both
    both.old.stop()
    both.new.stop()


def test_on_sqlite(on_sqlite: Servers, tmp_path: Path):
    goes_on(on_sqlite, tmp_path)


@pytest.mark.postgres
def test_on_postgres(on_postgres: Servers, tmp_path: Path):
    goes_on(on_postgres, tmp_path)


def goes_on(servers: Servers, folder: Path) -> None:
    archive, key = str(folder / "kez.backup"), str(folder / "key")
    with servers.old as old:
        people = People(folder, old)
        people.talk()
        people.half_send(old)
        old.manage("kez", "suspend", "alice", "--reason", "A test.")
        old.manage("kez", "reinstate", "alice", "--reason", "A test.")
        number = people.safety_number()
        trail = json.loads(old.manage("kez", "audit", "verify", "--json"))
        public = old.manage("kez", "backup-key", key).strip()
        old.manage("kez", "backup", archive, "--to", public)
        # The old server runs on for a while: what is said now is not in the archive.
        people.alice.look("send", "bob", "after the backup")
        assert texts(people.phone)[-1] == "after the backup"
        running = kez(old, "restore", archive, "--identity", key, "--replace")
        assert (running.returncode, "is running" in running.stderr) == (1, True), running.stderr

    servers.start_bare()
    new = servers.new
    killed_half_way(servers, archive, key)
    new.manage("kez", "restore", archive, "--identity", key, "--replace")
    full = kez(new, "restore", archive, "--identity", key)
    assert (full.returncode, "is not empty" in full.stderr) == (1, True), full.stderr
    servers.start_rest()

    end = f"{trail['entries']}:{trail['head']}"
    now = json.loads(new.manage("kez", "audit", "verify", "--json", "--expect", end))
    assert now["entries"] == trail["entries"] + 1  # that it was restored
    assert people.safety_number() == number
    alice, phone, laptop = people.alice, people.phone, people.laptop
    # What the phone has seen and acknowledged behind the backup comes to it again, and is not shown again.
    assert texts(phone) == []
    assert texts(laptop) == ["for the phone so far", "for nobody so far"]
    alice.look("send", "bob", "after the restore")
    assert (texts(phone), texts(laptop)) == (["after the restore"], ["after the restore"])
    laptop.look("fetch", "cat.png", "--to", str(laptop.folder))
    assert (laptop.folder / "cat.png").read_bytes() == (alice.folder / "cat.png").read_bytes()
    # What had come of the large file is there, the rest is sent now.
    alice.look("shares", "--resume")
    phone.hear()
    phone.look("fetch", "all.zip", "--to", str(phone.folder))
    assert (phone.folder / "all.zip").read_bytes() == (alice.folder / "all.zip").read_bytes()
    alice.look("transparency")


def killed_half_way(servers: Servers, archive: str, key: str) -> None:
    """A restore ends as if the power had gone, as soon as it has changed something; then it asks before it goes on."""
    new = servers.new
    command = [sys.executable, "manage.py", "kez", "restore", archive, "--identity", key]
    with subprocess.Popen(command, cwd=ROOT, env=new.environment) as process:
        while not any((new.folder / "nats").rglob("KEZ_FILES")):
            assert process.poll() is None
            time.sleep(0.01)  # between two looks at the disk
        process.send_signal(signal.SIGKILL)
    again = kez(new, "restore", archive, "--identity", key)
    if again.returncode:  # it was killed when something was there
        assert (again.returncode, "--replace" in again.stderr) == (1, True), again.stderr
