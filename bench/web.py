"""Further web processes of a running server: one for each way to run it, started fresh."""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devstack.ports import HOST, free_ports
from devstack.stack import Stack

SERVERS = ("daphne", "uvicorn")


@dataclass(frozen=True, slots=True)
class Web:
    server: str
    port: int
    pid: int

    @property
    def resident_bytes(self) -> int:
        """What the process holds in memory now."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        (found,) = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
        return int(found) * 1024

    @property
    def processor_seconds(self) -> float:
        """What the process has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def web(stack: Stack, server: str) -> Iterator[Web]:
    """A web process beside those of the stack, ready."""
    (port,) = free_ports(1)
    name = f"{server}-{port}"
    stack.commands[name] = (
        f"KEZ_WEB_SERVER={server} KEZ_CHAT_BIND={HOST}:{port} exec python manage.py serve --wait 30"
    )
    stack.start(name)
    try:
        stack.wait_url(f"http://localhost:{port}/v1/readyz", time.monotonic() + 90)
        yield Web(server, port, stack.running[name].pid)
    finally:
        stack.end(name)
