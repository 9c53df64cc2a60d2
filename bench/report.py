"""docs/performance.md, written from what was measured and from nothing else."""

import statistics
from collections.abc import Mapping, Sequence

from bench.baselines import bars, beside_others
from bench.figures import Bars, Figures, Table
from bench.measure import Measured

HEAD = """\
# Performance

What our code costs on top of the bare pieces that it is made of, and what a server does in a second. This page and its
pictures are written by `make bench`; run it to get the figures of your machine. It takes 15 minutes, and starts
and removes servers of its own. `python -m bench --only bridge` measures one part and prints it.

Matrix Synapse and Prosody are measured too, in three of these minutes, where they are installed; else their figures are
quoted. Synapse: in an environment of its own (`python -m venv ~/synapse`, then `~/synapse/bin/pip install
matrix-synapse`), whose interpreter `KEZ_BENCH_SYNAPSE=~/synapse/bin/python` names. Prosody: your distribution's package
`prosody`, with its service switched off; `KEZ_BENCH_PROSODY` names a program that is not on the PATH. To compare
nothing else: `python -m bench --only bridge --only look-ups --only peers`.

Figures are no promises, and no test fails by the clock. Client and servers share the machine, so a machine that does
other things at the same time (see the load at the end) shows less in a second, and longer waits.
"""

RATIOS = """\
A ratio is our time divided by the time of the bare piece: 1 would be free. Both sides are timed in the same run,
in turns; the ratio is the median over the rounds, and the range holds the middle half of them. Ratios travel
between machines better than times do.
"""


def page(results: Sequence[Measured], found: Figures, facts: Mapping[str, str]) -> str:
    """The whole page as Markdown."""
    parts = [HEAD, *_tables(beside_others(found)), *_tables(found.tables, pictures=bars(found))]
    if results:
        parts += [
            "## Against bare pieces\n",
            RATIOS,
            "![The ratios of the table as bars](images/bench-ratios.svg)\n",
            "| what | ratio | middle half | ours | bare |\n|---|---:|---:|---:|---:|",
            "\n".join(map(_row, results)),
            "\n## What is compared\n",
            "\n".join(map(_explained, results)),
        ]
    parts += ["\n## Measured on\n", "\n".join(f"- {label}: {text}" for label, text in facts.items())]
    return "\n".join(parts) + "\n"


def told(table: Table) -> str:
    """A table for the terminal."""
    rows = [table.columns, *table.rows]
    widths = [max(len(row[number]) for row in rows) for number in range(len(table.columns))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([table.title, *lines])


def _tables(tables: Sequence[Table], *, pictures: Sequence[Bars] = ()) -> list[str]:
    shown = {"Look-ups and registrations": "look-ups", "Messages through the bridge": "messages"}
    parts = []
    for table in tables:
        aligned = "|---|" + "---:|" * (len(table.columns) - 1)
        rows = "\n".join(f"| {' | '.join(row)} |" for row in table.rows)
        parts += [f"## {table.title}\n", f"{table.text}\n"]
        parts += [
            f"![{each.title}](images/bench-{each.name}.svg)\n"
            for each in pictures
            if each.name == shown.get(table.title)
        ]
        parts.append(f"| {' | '.join(table.columns)} |\n{aligned}\n{rows}\n")
    return parts


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
