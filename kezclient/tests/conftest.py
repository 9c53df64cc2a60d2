"""Machines on the running server, with handles that no other test uses; peers without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kezclient.store.store import Store
from kezclient.tests.loopback import Loopback
from kezclient.tests.machine import Machine
from kezclient.tests.people import Peer

NewMachine = Callable[[str], Machine]
NewPeer = Callable[..., Peer]


@pytest.fixture
def new_machine(stack: Any, tmp_path: Path) -> NewMachine:
    """Makes a machine for a person; handles are `<name>-<random>`, so that tests share one server."""
    suffix = uuid4().hex[:8]
    count = iter(range(100))

    def make(name: str) -> Machine:
        return Machine(f"{name}-{suffix}", tmp_path / f"machine{next(count)}", stack.base_url)

    return make


@pytest.fixture
def alice(new_machine: NewMachine) -> Machine:
    return new_machine("alice").register()


@pytest.fixture
def bob(new_machine: NewMachine) -> Machine:
    return new_machine("bob").register()


@pytest.fixture
def new_peer(tmp_path: Path) -> Iterator[NewPeer]:
    """Makes peers by name; each name has one key."""
    made: list[Peer] = []

    def make(name: str, **options: Any) -> Peer:
        peer = Peer(name, tmp_path, {"alice": 1, "bob": 2, "mallory": 3}[name], **options)
        made.append(peer)
        return peer

    yield make
    for peer in made:
        peer.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "history.sqlite3") as opened:
        yield opened


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A real HTTP server that answers what the test tells it to."""
    with Loopback() as server:
        yield server


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of its own and no variables of the surrounding environment."""
    import os

    for name in [name for name in os.environ if name.startswith("KEZ_CHAT_")]:
        monkeypatch.delenv(name)
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path
