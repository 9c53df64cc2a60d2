"""`python -m bench`: measure everything and write docs/performance.md; `--print` shows the page instead."""

import argparse
import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bench import bridge, messages, protocol, rest
from bench.machine import facts
from bench.measure import Comparison, Measured, measure
from bench.report import line, page
from devstack.environment import ROOT
from devstack.stack import Stack

PAGE = ROOT / "docs" / "performance.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--print", action="store_true", help="print the page instead of writing it")
    arguments = parser.parse_args()
    machine = facts()
    results = measured(protocol.comparisons())
    with tempfile.TemporaryDirectory(prefix="kez-bench-") as folder:
        processes = ["nats", "valkey", "callout", "web"]
        with Stack(Path(folder), only=processes, extra=bridge.NO_LIMITS) as stack:
            rest.introduce(stack)
            results += measured(rest.comparisons(stack))
            results += measured(messages.comparisons(stack))
            results += measured(bridge.comparisons(stack))
    text = page(results, machine)
    if arguments.print:
        print(text)
    else:
        PAGE.write_text(text)
        print(f"Written: {PAGE.relative_to(ROOT)}")


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
