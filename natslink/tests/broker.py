"""A nats-server of a test's own, with deploy/nats.conf and the run's keys, that may be killed and started again."""

import os
import socket
import subprocess
import time
from pathlib import Path

from devstack.environment import ROOT
from devstack.ports import HOST, Ports
from kezproto.nkeys import decode_seed


class Broker:
    """`folder` keeps its data over restarts. Use it as a context manager."""

    def __init__(self, folder: Path, *, config: Path = ROOT / "deploy" / "nats.conf", **extra: str) -> None:
        self._ports = Ports.free()
        self._config = config
        self._log = folder / "nats.log"
        self._environment = {
            **os.environ,
            "KEZ_NATS_PORT": str(self._ports.nats),
            "KEZ_NATS_WS_PORT": str(self._ports.nats_ws),
            "KEZ_NATS_STORE": str(folder / "store"),
            **extra,
        }
        self.url = f"nats://{HOST}:{self._ports.nats}"
        self.ws_url = f"ws://{HOST}:{self._ports.nats_ws}"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Broker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                ["nats-server", "-c", str(self._config)],
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 20
        while not _listens(self._ports.nats):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"nats-server did not start:\n{self._log.read_text()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @property
    def log(self) -> str:
        return self._log.read_text()


def static_seed(setting: str) -> bytes:
    """The 32 bytes of one of the run's static users, as `KEZ_NATS_BACKEND_SEED`."""
    text = (
        Path(os.environ[f"{setting}_FILE"]).read_text()
        if f"{setting}_FILE" in os.environ
        else os.environ[setting]
    )
    return decode_seed(text.strip())[1]


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
