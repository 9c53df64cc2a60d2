"""Who takes part in the tests of backups: a server, an empty one in its place, and people who talked before."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from devstack.environment import ROOT
from devstack.ports import HOST, Ports
from devstack.stack import Stack
from kezclient.store.store import Store
from kezclient.tests.machine import Machine
from kezclient.tests.tunnel import Tunnel

MIB = 1024 * 1024
PROCESSES = ("nats", "valkey", "callout", "web", "ingest", "worker", "sigchain")
PROFILE = "config/kez-chat/profiles/default/profile.json"
HISTORY = "data/kez-chat/profiles/default/history.sqlite3"


class Servers:
    """The old one and the new one: the same addresses and secrets, each with a folder of its own."""

    def __init__(self, folder: Path, extra: Callable[[str], dict[str, str]] = lambda name: {}) -> None:
        ports = Ports.free()
        self.old = Stack(folder / "old", ports=ports, only=PROCESSES, extra=extra("old"))
        copy_secrets(folder / "old", folder / "new")
        self.new = Stack(folder / "new", ports=ports, only=PROCESSES, extra=extra("new"))

    def start_bare(self) -> None:
        """Of the new one the broker and Valkey only."""
        for name, port in (("nats", self.new.ports.nats), ("valkey", self.new.ports.valkey)):
            self.new.start(name)
            wait_for_port(port)

    def start_rest(self) -> None:
        for name in PROCESSES:
            if name not in self.new.running:
                self.new.start(name)
        self.new.wait_ready(120)


def copy_secrets(source: Path, target: Path) -> None:
    """They are in no backup; docs/backup.md says to keep them apart from it."""
    shutil.copytree(source / "secrets", target / "secrets")


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.02)  # between two looks at the port
        else:
            return


def kez(stack: Stack, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`manage.py kez` on a server, whatever its exit code."""
    return subprocess.run(
        [sys.executable, "manage.py", "kez", *arguments],
        cwd=ROOT,
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=100,
    )


def a_file(machine: Machine, name: str, size: int) -> Path:
    path = machine.folder / name
    path.write_bytes(Random(size).randbytes(size))
    return path


class People:
    """Alice, and Bob with a phone and a laptop."""

    def __init__(self, folder: Path, stack: Stack, *, names: tuple[str, str] = ("alice", "bob")) -> None:
        alice, self.bob = names
        self.alice = Machine(alice, folder / "alice", stack.base_url).register()
        self.phone = Machine(self.bob, folder / "phone", stack.base_url).register()
        self.laptop = Machine(self.bob, folder / "laptop", stack.base_url).restore(self.phone)

    def reach(self, stack: Stack) -> None:
        """From now on they use another server of the same name."""
        for machine in (self.alice, self.phone, self.laptop):
            profile = machine.folder / PROFILE
            profile.write_text(json.dumps({**json.loads(profile.read_text()), "server_url": stack.base_url}))
            machine.environment["KEZ_CHAT_NATS_URL"] = stack.nats_url

    def talk(self) -> None:
        """Something is read by both devices, something by one, and something by none."""
        self.alice.look("send", self.bob, "for both")
        assert texts(self.phone) == texts(self.laptop) == ["for both"]
        self.alice.look("send", self.bob, "for the phone so far")
        assert texts(self.phone) == ["for the phone so far"]
        self.alice.look("send", self.bob, "for nobody so far")
        self.alice.look("share", self.bob, str(a_file(self.alice, "cat.png", 300_000)))

    def half_send(self, stack: Stack) -> None:
        """A large file whose sender is killed half way."""
        path = a_file(self.alice, "all.zip", 10 * MIB)
        with Tunnel(stack.nats_url, up=3 * MIB) as broker:
            process = subprocess.Popen(
                [sys.executable, "-m", "kezclient", "share", self.bob, str(path)],
                env={**self.alice.environment, "KEZ_CHAT_NATS_URL": broker.url},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            with Store(self.alice.folder / HISTORY) as store:
                while not any(10 <= upload.stored < 128 for upload in store.uploads.all()):
                    assert process.poll() is None
            process.kill()
            process.wait()

    def safety_number(self) -> Any:
        """What all three machines show to compare."""
        shown = [
            machine.look("verify", who)["safety_number"]
            for machine, who in (
                (self.alice, self.bob),
                (self.phone, self.alice.handle),
                (self.laptop, self.alice.handle),
            )
        ]
        assert shown[0] == shown[1] == shown[2]
        return shown[0]


def texts(machine: Machine) -> list[str]:
    """The messages that have come, without the files."""
    return [text for text in machine.texts() if text]
