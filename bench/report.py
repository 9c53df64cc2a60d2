"""docs/performance.md, written from what was measured and from nothing else."""

import statistics
from collections.abc import Mapping, Sequence

from bench.measure import Measured

HEAD = """\
# Performance

What our code costs on top of the bare pieces that it is made of. This page is written by `make bench`; run it
to get the figures of your machine. It takes about two minutes, and starts and removes servers of its own.

A ratio is our time divided by the time of the bare piece: 1 would be free. Both sides are timed in the same run,
in turns; the ratio is the median over the rounds, and the range holds the middle half of them. Ratios travel
between machines better than times do. They are no promises, and no test fails by the clock.
"""


def page(results: Sequence[Measured], facts: Mapping[str, str]) -> str:
    """The whole page as Markdown."""
    parts = [
        HEAD,
        "| what | ratio | middle half | ours | bare |\n|---|---:|---:|---:|---:|",
        "\n".join(map(_row, results)),
        "\n## What is compared\n",
        "\n".join(map(_explained, results)),
        "\n## Measured on\n",
        "\n".join(f"- {label}: {text}" for label, text in facts.items()),
    ]
    return "\n".join(parts) + "\n"


def line(result: Measured) -> str:
    """One result for the terminal."""
    return f"{result.ratio:7.2f} ×  {result.comparison.name}"


def _row(result: Measured) -> str:
    lower, upper = result.quartiles
    ours, bare = (duration(statistics.median(side)) for side in (result.ours, result.bare))
    return f"| {result.comparison.name} | {result.ratio:.2f} | {lower:.2f} to {upper:.2f} | {ours} | {bare} |"


def _explained(result: Measured) -> str:
    comparison = result.comparison
    return (
        f"- **{comparison.name}.** Ours: {comparison.ours.what}. Bare: {comparison.bare.what}. "
        f"{comparison.rounds} rounds of {comparison.operations:,} each."
    )


def duration(seconds: float) -> str:
    """Seconds as people read them."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"
