"""`python -m bench`: measure everything and write docs/performance.md with its pictures; `--print` shows the page
instead, and with `--only` the parts of it that are named.
"""

import argparse
import logging
import resource
import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from bench import bridge, connecting, crowd, files, iroh, look_ups, messages, protocol, rest
from bench.browsers import NO_LIMITS
from bench.figures import Figures
from bench.machine import facts
from bench.measure import Comparison, Measured, measure
from bench.peers import part as peers
from bench.plot import pictures
from bench.report import line, page, told
from devstack.environment import ROOT
from devstack.stack import Stack

PAGE = ROOT / "docs" / "performance.md"
PICTURES = ROOT / "docs" / "images"
PROCESSES = ("nats", "valkey", "callout", "web", "ingest", "worker")
# In the order of the page. These need no server.
ALONE: dict[str, Callable[[], Iterable[Comparison]]] = {
    "protocol": protocol.comparisons,
    "iroh": iroh.comparisons,
}
# Each of these needs a running stack, and compares with a bare piece.
PARTS: dict[str, Callable[[Stack], Iterable[Comparison]]] = {
    "rest": rest.comparisons,
    "connecting": connecting.comparisons,
    "messages": messages.comparisons,
    "files": files.comparisons,
}
# These measure figures, and start web processes of their own.
FIGURES: dict[str, Callable[[Stack], Figures]] = {
    "bridge": bridge.figures,
    "look-ups": look_ups.figures,
    "crowd": crowd.figures,
}
# These start servers of somebody else's, when ours is gone.
OTHERS: dict[str, Callable[[], Figures]] = {"peers": peers.figures}
NAMES = (*ALONE, *PARTS, *FIGURES, *OTHERS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--print", action="store_true", help="print the page instead of writing it")
    parser.add_argument(
        "--only", action="append", default=[], choices=NAMES, help="measure this part, and print it"
    )
    parser.add_argument("--without", action="append", default=[], choices=NAMES, help="leave this part out")
    parser.add_argument("--sockets", type=int, default=crowd.SIZES[-1], help="how large a crowd gets (1000)")
    arguments = parser.parse_args()
    FIGURES["crowd"] = partial(crowd.figures, sizes=(*crowd.SIZES[:-1], arguments.sockets))
    _allow_many_sockets()
    machine = facts()
    wanted = arguments.only or NAMES
    names = [name for name in NAMES if name in wanted and name not in arguments.without]
    results, found = measure_parts(names, sockets=arguments.sockets)
    text = page(results, found, machine)
    if arguments.print or arguments.only:
        print(text)
        return
    PAGE.write_text(text)
    for name, picture in pictures(results, found).items():
        (PICTURES / f"{name}.svg").write_text(picture)
    print(f"Written: {PAGE.relative_to(ROOT)} and its pictures")


def measure_parts(names: Sequence[str], *, sockets: int) -> tuple[list[Measured], Figures]:
    """The results of these parts, in this order; a server runs for those that need one."""
    results = [each for name in names if name in ALONE for each in measured(ALONE[name]())]
    found = Figures()
    if any(name in PARTS or name in FIGURES for name in names):
        limits = NO_LIMITS | {"KEZ_WS_MAX_SOCKETS": str(sockets + 100)}
        with (
            tempfile.TemporaryDirectory(prefix="kez-bench-") as folder,
            Stack(Path(folder), only=PROCESSES, extra=limits) as stack,
        ):
            rest.introduce(stack)
            for name in names:
                if name in PARTS:
                    results += measured(PARTS[name](stack))
                elif name in FIGURES:
                    found.add(said(FIGURES[name](stack)))
    for name in names:
        if name in OTHERS:
            found.add(said(OTHERS[name]()))
    return results, found


def measured(comparisons: Iterable[Comparison]) -> list[Measured]:
    """Measures one after the other, and says each as soon as it is known."""
    results = []
    for comparison in comparisons:
        results.append(measure(comparison))
        print(line(results[-1]), flush=True)
    return results


def said(figures: Figures) -> Figures:
    """The same; printed."""
    for table in figures.tables:
        print(told(table), flush=True)
    return figures


def _allow_many_sockets() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    logging.disable(logging.INFO)
    main()
