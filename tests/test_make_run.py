"""`make run` as a person uses it: it comes up, says what to do, ends cleanly, and names a taken port."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from devstack.environment import ROOT
from devstack.ports import HOST, Ports
from devstack.stack import answers


class Run:
    """A `make run` in a copy of the checkout, so that the developer's own `.data/` stays untouched."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self.ports = ports
        self.output = ""
        self._ended = False
        self._news = threading.Condition()
        # What the surrounding test run set for itself must not reach this one.
        environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("KEZ_")
            and key
            not in {
                "NATS_URL",
                "REDIS_URL",
                "DATABASE_URL",
                "SIGCHAIN_DATABASE_URL",
                "DJANGO_SETTINGS_MODULE",
            }
        }
        environment |= {f"KEZ_PORT_{name.upper()}": str(port) for name, port in asdict(ports).items()}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "devstack.run"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._news:
                self.output += line
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def wait_for(self, text: str) -> None:
        """Returns when the text was printed; fails if it ended before."""
        with self._news:
            self._news.wait_for(lambda: text in self.output or self._ended, timeout=60)
        assert text in self.output, self.output

    def end(self, with_signal: signal.Signals) -> int:
        """Sends the signal as a terminal does, to the whole foreground group; the exit code."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, with_signal)
        return self.wait()

    def wait(self) -> int:
        """The exit code, once it has ended by itself."""
        code = self.process.wait(timeout=30)
        self._reader.join(timeout=10)
        if self.process.stdout:
            self.process.stdout.close()
        return code


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The tracked files of this checkout, copied."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    copy = tmp_path / "checkout"
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / "node_modules").symlink_to(ROOT / "node_modules")
    return copy


@pytest.fixture
def run(checkout: Path) -> Iterator[Run]:
    running = Run(checkout, Ports.free())
    yield running
    try:
        running.end(signal.SIGTERM)  # by which it ends its processes too; they have groups of their own
    except subprocess.TimeoutExpired:
        running.end(signal.SIGKILL)


def test_it_serves_says_what_to_do_and_ctrl_c_ends_everything(run: Run):
    run.wait_for("Ctrl-C")
    assert answers(f"http://localhost:{run.ports.web}/v1/readyz")
    assert answers(f"http://localhost:{run.ports.sigchain}/v1/readyz")
    for part in (f"http://localhost:{run.ports.web}", "make operator", "register alice", "Ctrl-C"):
        assert part in run.output
    # Each process writes under its own name.
    for name in ("nats", "callout", "janitor", "ingest", "worker"):
        assert re.search(rf"^\S* {name}\.1 +\|", run.output, re.MULTILINE), run.output

    assert run.end(signal.SIGINT) == 0, run.output
    assert "Traceback" not in run.output
    assert Ports.taken(run.ports) == []


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
def test_a_kill_and_a_closed_terminal_end_everything_also_before_it_is_ready(run: Run, end: signal.Signals):
    run.wait_for("nats.1")
    os.kill(run.process.pid, end)
    assert run.wait() == 0, run.output
    assert Ports.taken(run.ports) == []


def test_a_taken_port_is_one_clear_sentence(checkout: Path):
    with socket.create_server((HOST, 0)) as holder:
        port = holder.getsockname()[1]
        free = asdict(Ports.free())
        run = Run(checkout, Ports(**{**free, "web": port}))
        assert run.wait() == 1
    assert run.output == (
        f"Port {port} (the web server) is taken: stop the program that listens there, "
        "or choose another with KEZ_PORT_WEB=… make run.\n"
    )
