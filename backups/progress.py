"""How far it is, in one line that rewrites itself; silent where nobody watches."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import IO

EVERY_SECONDS = 0.2
_WIDTH = 60


class Progress:
    """`step` begins a part, `moved` counts its bytes. `total` 0: nobody knows how many there will be."""

    def __init__(self, stream: IO[str] | None = None, *, shown: bool | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._shown = self._stream.isatty() if shown is None else shown
        self._name, self._bytes, self._total, self._at = "", 0, 0, 0.0

    def step(self, name: str, *, total: int = 0) -> None:
        self._name, self._bytes, self._total = name, 0, total
        self._show()

    def moved(self, count: int) -> None:
        self._bytes += count
        if time.monotonic() - self._at >= EVERY_SECONDS:
            self._show()

    def watch(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            yield piece
            self.moved(len(piece))

    def done(self) -> None:
        if self._shown:
            self._stream.write("\r" + " " * _WIDTH + "\r")
            self._stream.flush()

    def _show(self) -> None:
        self._at = time.monotonic()
        if not self._shown:
            return
        line = f"{self._name}: {shown_bytes(self._bytes)}"
        if self._total:
            share = min(self._bytes / self._total, 1.0)
            line = f"[{'#' * round(20 * share):<20}] {share:4.0%}  {line}"
        self._stream.write(f"\r{line[:_WIDTH]:<{_WIDTH}}")
        self._stream.flush()


def shown_bytes(count: int) -> str:
    """As people read it: 1.4 MB."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
