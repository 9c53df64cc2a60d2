"""`python -m bench`: measure everything and write docs/performance.md; `--print` shows the page instead, and with
`--only` one part of it.
"""

import argparse
import logging
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench import bridge, files, iroh, messages, protocol, rest
from bench.machine import facts
from bench.measure import Comparison, Measured, measure
from bench.report import line, page
from devstack.environment import ROOT
from devstack.stack import Stack

PAGE = ROOT / "docs" / "performance.md"
PROCESSES = ("nats", "valkey", "callout", "web", "ingest", "worker")
# In the order of the page. These need no server.
ALONE = {"protocol": protocol.comparisons, "iroh": iroh.comparisons}
# Each of these needs a running stack.
PARTS = {
    "rest": rest.comparisons,
    "messages": messages.comparisons,
    "bridge": bridge.comparisons,
    "files": files.comparisons,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--print", action="store_true", help="print the page instead of writing it")
    parser.add_argument("--only", choices=(*ALONE, *PARTS), help="measure this part, and print it")
    arguments = parser.parse_args()
    machine = facts()
    names = [arguments.only] if arguments.only else [*ALONE, *PARTS]
    text = page(measure_parts(names), machine)
    if arguments.print or arguments.only:
        print(text)
    else:
        PAGE.write_text(text)
        print(f"Written: {PAGE.relative_to(ROOT)}")


def measure_parts(names: Sequence[str]) -> list[Measured]:
    """The results of these parts, in this order; a server runs for those that need one."""
    results = [each for name in names if name in ALONE for each in measured(ALONE[name]())]
    on_stack = [PARTS[name] for name in names if name in PARTS]
    if on_stack:
        with (
            tempfile.TemporaryDirectory(prefix="kez-bench-") as folder,
            Stack(Path(folder), only=PROCESSES, extra=bridge.NO_LIMITS) as stack,
        ):
            rest.introduce(stack)
            for comparisons in on_stack:
                results += measured(comparisons(stack))
    return results


def measured(comparisons: Iterable[Comparison]) -> list[Measured]:
    """Measures one after the other, and says each as soon as it is known."""
    results = []
    for comparison in comparisons:
        results.append(measure(comparison))
        print(line(results[-1]), flush=True)
    return results


if __name__ == "__main__":
    logging.disable(logging.INFO)
    main()
