"""A file of a gigabyte between two processes on loopback, by our commands' own parts and by magic-wormhole's."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import Comparison, Side

BYTES = 1_000_000_000
# The second way takes as long as all else on the page together.
ROUNDS = (5, 3)
LIMIT_SECONDS = 120


@dataclass
class Pair:
    """A sender and a reader that are ready."""

    sender: "subprocess.Popen[str]"
    reader: "subprocess.Popen[str]"


@dataclass
class Way:
    """One program. `sizes` are the largest resident sizes in MB so far: the sender's and the reader's."""

    module: str
    file: Path
    environment: dict[str, str] = field(default_factory=dict)
    sizes: tuple[int, int] = (0, 0)

    def prepare(self) -> Pair:
        sender = self._start("serve", str(self.file))
        where = _line(sender)
        target = self.file.with_name("received")
        target.unlink(missing_ok=True)
        reader = self._start("fetch", where, str(BYTES), str(target))
        assert _line(reader) == "ready"
        return Pair(sender, reader)

    def run(self, pair: Pair) -> None:
        assert pair.reader.stdin is not None
        pair.reader.stdin.write("go\n")
        pair.reader.stdin.flush()
        assert _line(pair.reader) == "done"

    def finish(self, pair: Pair) -> None:
        """Off the clock: both sides end by themselves, and say how large they became."""
        reader, sender = (int(_line(process)) for process in (pair.reader, pair.sender))
        self.sizes = max(self.sizes[0], sender), max(self.sizes[1], reader)
        for process in (pair.reader, pair.sender):
            assert process.wait(timeout=LIMIT_SECONDS) == 0

    @property
    def memory(self) -> str:
        return "the sender took {} MB of memory, the reader {}".format(*self.sizes)

    def side(self, what: str) -> Side:
        """What was begun for the last round is ended before the next."""
        begun: list[Pair] = []

        def prepare() -> Pair:
            while begun:
                self.finish(begun.pop())
            begun.append(self.prepare())
            return begun[0]

        return Side(what, self.run, prepare)

    def _start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", self.module, *arguments],
            env=os.environ | self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def comparisons() -> Iterator[Comparison]:
    """Needs two gigabytes of room in the temporary folder."""
    with tempfile.TemporaryDirectory(prefix="kez-bench-") as folder:
        file = Path(folder) / "gigabyte"
        with file.open("wb") as stream:
            for _ in range(BYTES // 10**7):
                stream.write(os.urandom(10**7))
        yield from _comparisons(file)


def _comparisons(file: Path) -> Iterator[Comparison]:
    wormhole = Way("bench.wormhole_peer", file)
    ways = [
        ("in one network, as it is by default", Way("bench.iroh_peer", file)),
        ("on the QUIC connection alone", Way("bench.iroh_peer", file, {"KEZ_BENCH_LANE": "off"})),
    ]
    for (how, ours), rounds in zip(ways, ROUNDS, strict=True):
        for way in (ours, wormhole):
            pair = way.prepare()
            way.run(pair)
            way.finish(pair)
        yield Comparison(
            f"Fetch 1 GB from the owner's machine, {how}",
            ours.side(
                "connect, read, seal, compare with the manifest, send, compare, open, write, fsync, rename; "
                f"{ours.memory}. The owner's reading it once for the manifest comes before, when it is shared"
            ),
            wormhole.side(
                "magic-wormhole's transit alone: connect, read, encrypt, hash, send, decrypt, hash, write, without an "
                f"fsync; {wormhole.memory}"
            ),
            operations=1,
            rounds=rounds,
        )


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
