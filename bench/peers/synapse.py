"""A Matrix Synapse with SQLite, on loopback and in a folder that goes away again."""

import contextlib
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.peers.program import PeerError, answer, named_by, running
from devstack.ports import HOST, free_ports

VARIABLE = "KEZ_BENCH_SYNAPSE"
NAME = "kez.bench"
DATABASE = "homeserver.db"
SETTLE_SECONDS = 120
UNLIMITED = {"per_second": 1_000_000, "burst_count": 1_000_000}
VERSION = "from importlib.metadata import version; print(version('matrix-synapse'))"


def found() -> str | None:
    """The interpreter of the environment that Synapse is installed in."""
    return named_by(VARIABLE)


def version_of(python: str) -> str:
    """PeerError if that interpreter has no Synapse."""
    return answer([python, "-c", VERSION], Path(tempfile.gettempdir()))


@contextlib.contextmanager
def synapse(python: str) -> Iterator[int]:
    """The port of its client API. PeerError if it does not start."""
    (port,) = free_ports(1)
    server = [python, "-m", "synapse.app.homeserver"]
    with tempfile.TemporaryDirectory(prefix="kez-bench-synapse-") as name:
        folder = Path(name)
        usual, ours = folder / "usual.yaml", folder / "ours.yaml"
        generated = ["--generate-config", "--report-stats=no", "--server-name", NAME]
        answer([*server, *generated, "-c", str(usual), "--data-directory", str(folder)], folder)
        ours.write_text(json.dumps(settings(folder, port)))  # JSON is YAML too
        with running([*server, "-c", str(usual), "-c", str(ours)], folder, port):
            _settle(folder / DATABASE)
            yield port


def _settle(database: Path) -> None:
    """Waits until it has done what it does once, on a new database, beside its work. PeerError if it never does."""
    deadline = time.monotonic() + SETTLE_SECONDS
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        while connection.execute("SELECT count(*) FROM background_updates").fetchone()[0]:
            if time.monotonic() > deadline:
                raise PeerError("it did not finish the updates of its new database.")
            time.sleep(0.2)


def settings(folder: Path, port: int) -> dict[str, Any]:
    """What differs from the configuration that Synapse generates: no limits, open registration, nobody else asked."""
    listener = {
        "port": port,
        "type": "http",
        "tls": False,
        "bind_addresses": [HOST],
        "resources": [{"names": ["client"]}],
    }
    return {
        "listeners": [listener],
        "database": {"name": "sqlite3", "args": {"database": str(folder / DATABASE)}},
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "trusted_key_servers": [],
        "background_updates": {"sleep_enabled": False},
        "suppress_key_server_warning": True,
        "rc_registration": UNLIMITED,
        "rc_message": UNLIMITED,
        "rc_profile": UNLIMITED,
        "rc_room_creation": UNLIMITED,
        "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), UNLIMITED),
        "rc_joins": dict.fromkeys(("local", "remote"), UNLIMITED),
        "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), UNLIMITED),
    }
