"""`kez backup` on the running server of these tests, restored into an empty one: chat goes on there.

tests/chaos/test_backup.py does it with everything, on PostgreSQL too: files half way, a restore that is killed.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from backups.sealing import make_key
from devstack.ports import Ports
from devstack.stack import Stack
from tests.backup_scene import People, copy_secrets, texts, wait_for_port


@pytest.fixture
def empty(stack: Stack, tmp_path: Path) -> Iterator[Stack]:
    """A server with the secrets of the shared one and nothing else: a broker of its own, and no process yet."""
    ports = replace(Ports.free(), sigchain=stack.ports.sigchain, valkey=stack.ports.valkey)
    copy_secrets(stack.folder, tmp_path / "empty")
    with ExitStack() as cleanup:
        new = Stack(tmp_path / "empty", ports=ports, only=("nats", "callout", "web"))
        new.commands["callout"] = "exec python manage.py run_auth_callout"
        cleanup.callback(new.stop)
        new.start("nats")
        wait_for_port(ports.nats)
        yield new


@pytest.mark.one_server
@pytest.mark.timeout(400)
def test_a_server_goes_on_from_its_backup(stack: Stack, empty: Stack, tmp_path: Path):
    people = People(tmp_path, stack, names=("backup-alice", "backup-bob"))
    people.talk()
    number = people.safety_number()
    archive, key = tmp_path / "kez.backup", tmp_path / "key"
    public, text = make_key()
    key.write_text(text)
    stack.manage("kez", "backup", str(archive), "--to", public)
    assert archive.stat().st_mode & 0o777 == 0o600
    people.alice.look("send", people.bob, "after the backup")

    empty.manage("kez", "restore", str(archive), "--identity", str(key))
    last = json.loads(empty.manage("kez", "audit", "export").splitlines()[-1])
    assert last["action"] == "restored"
    assert "From the backup " in last["reason"]
    for name in ("callout", "web"):
        empty.start(name)
    empty.wait_ready(120)

    people.reach(empty)
    assert people.safety_number() == number
    assert texts(people.laptop) == ["for the phone so far", "for nobody so far"]
    assert texts(people.phone) == ["for nobody so far"]
    people.alice.look("send", people.bob, "after the restore")
    assert (texts(people.phone), texts(people.laptop)) == (["after the restore"], ["after the restore"])
    phone = people.phone
    phone.look("fetch", "cat.png", "--to", str(phone.folder))
    assert (phone.folder / "cat.png").read_bytes() == (people.alice.folder / "cat.png").read_bytes()
