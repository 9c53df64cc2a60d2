"""Machines on the running server, with handles that no other test uses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kezclient.tests.machine import Machine

NewMachine = Callable[[str], Machine]


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
