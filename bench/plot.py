"""Bars as SVG: text and shapes with two colour schemes, so that a page may be light or dark."""

from collections.abc import Mapping, Sequence
from html import escape

from bench.baselines import bars
from bench.figures import Bars, Figures
from bench.measure import Measured

WIDTH, LABEL, VALUE = 760, 285, 85
ROW, BAR, TOP = 30, 18, 44
STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 15px }
  .ours { fill: #2f6fde } .quoted { fill: #8c959f } .free { stroke: #8c959f; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .ours { fill: #6ea8fe } .quoted { fill: #768390 } .free { stroke: #768390 }
  }
"""


def pictures(results: Sequence[Measured], found: Figures) -> Mapping[str, str]:
    """SVG by the name of its file."""
    made = [*([ratios(results)] if results else []), *bars(found)]
    return {f"bench-{each.name}": drawn(each) for each in made}


def ratios(results: Sequence[Measured]) -> Bars:
    bar = [(short(result.comparison.name), result.ratio) for result in results]
    return Bars("ratios", "Our time by that of the bare piece", "×", bar)


def short(name: str) -> str:
    """What fits beside a bar."""
    name = name.partition(" (")[0].partition(",")[0]
    return name if len(name) <= 34 else f"{name[:33]}…"


def drawn(picture: Bars) -> str:
    """One row for each bar; the longest fills the width."""
    longest = max(value for _, value in picture.bars) or 1.0
    room = WIDTH - LABEL - VALUE
    height = TOP + ROW * len(picture.bars) + 10
    rows = []
    for number, (label, value) in enumerate(picture.bars):
        top = TOP + number * ROW
        long = max(1.0, room * value / longest)
        is_quoted = label in picture.quoted
        name = f"{label} (quoted)" if is_quoted else label
        rows.append(
            f'  <text x="{LABEL - 10}" y="{top + 14}" text-anchor="end">{escape(name)}</text>\n'
            f'  <rect class="{"quoted" if is_quoted else "ours"}" x="{LABEL}" y="{top}" width="{long:.1f}" '
            f'height="{BAR}" rx="3"/>\n'
            f'  <text x="{LABEL + long + 8:.1f}" y="{top + 14}">{_value(value, picture.unit)}</text>'
        )
    told = "; ".join(f"{label}: {_value(value, picture.unit)}" for label, value in picture.bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(picture.title)}">\n'
        f"  <desc>{escape(told)}</desc>\n  <style>{STYLE}  </style>\n"
        f'  <text class="title" x="10" y="24">{escape(picture.title)}</text>\n'
        + "\n".join(rows)
        + "\n</svg>\n"
    )


def _value(value: float, unit: str) -> str:
    return f"{value:,.0f}" if not unit and value >= 10 else f"{value:.1f} {unit}".rstrip()
