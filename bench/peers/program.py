"""A server of somebody else's, running in a folder of its own for as long as it is measured."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.messages import wait_for_port

START_SECONDS = 90
END_SECONDS = 30


def named_by(variable: str) -> str | None:
    """The program that the environment names, if it names one; absolute, since it will run in another folder."""
    name = os.environ.get(variable)
    return str(Path(shutil.which(name) or name).absolute()) if name else None


class PeerError(Exception):
    """Why a peer could not be measured, as a sentence."""


@contextlib.contextmanager
def running(command: Sequence[str], folder: Path, port: int) -> Iterator[None]:
    """Started in `folder` and listening on `port` of loopback. PeerError with its last line if it is not."""
    log = folder / "output.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(process, port, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answer(command: Sequence[str], folder: Path) -> str:
    """What a command prints that ends by itself. PeerError if it can't be run or fails."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=START_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerError(f"{command[0]} can't be run: {error}.") from None
    if done.returncode != 0:
        raise PeerError(f"{command[0]} failed: {_last_line(done.stderr or done.stdout)}")
    return done.stdout.strip()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            wait_for_port(port, seconds=0.5)
            return
    raise PeerError(f"it did not start: {_last_line(log.read_text(errors='replace'))}")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing."
