"""Small charts as SVG: where the marks stand, worked out here; templates only write them down.

A chart is a box of 100 by 32 units, drawn as wide as its place; texts stand beside it, so they never get distorted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 100.0, 32.0
GAP = 0.2  # of a bar's place


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar. `told` is what a pointer learns of it."""

    x: float
    y: float
    width: float
    height: float
    told: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`line` is the `d` of a path, `bars` are rectangles; a chart has one of them."""

    title: str
    now: str
    most: str
    since: str
    bars: Sequence[Mark] = ()
    line: str = ""
    area: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.bars and not self.line

    @property
    def summary(self) -> str:
        """What the picture says, for those who do not see it."""
        return f"{self.title}: {self.now} now, {self.most} at most, {self.since} to now."


Point = tuple[str, float | None]


def bar_chart(title: str, points: Sequence[Point], *, since: str, unit: str = "") -> Chart:
    """A bar for each point (label, number); None leaves a gap."""
    known = [value for _, value in points if value is not None]
    top = max(known, default=0.0) or 1.0
    place = WIDTH / max(len(points), 1)
    bars = [
        Mark(
            x=round(index * place + place * GAP / 2, 3),
            y=round(HEIGHT - HEIGHT * value / top, 3),
            width=round(place * (1 - GAP), 3),
            height=round(HEIGHT * value / top, 3),
            told=f"{label}: {_shown(value, unit)}",
        )
        for index, (label, value) in enumerate(points)
        if value is not None
    ]
    return Chart(title, _last(points, unit), _most(known, unit), since, bars=bars)


def line_chart(title: str, points: Sequence[Point], *, since: str, unit: str = "") -> Chart:
    """A line through the points, from nought; None leaves a point out."""
    known = [value for _, value in points if value is not None]
    top = max(known, default=0.0) or 1.0
    step = WIDTH / max(len(points) - 1, 1)
    places = [
        (round(index * step, 3), round(HEIGHT - HEIGHT * value / top, 3))
        for index, (_, value) in enumerate(points)
        if value is not None
    ]
    line = "M" + " L".join(f"{x} {y}" for x, y in places) if len(places) > 1 else ""
    area = f"{line} L{places[-1][0]} {HEIGHT} L{places[0][0]} {HEIGHT} Z" if line else ""
    return Chart(title, _last(points, unit), _most(known, unit), since, line=line, area=area)


def _last(points: Sequence[Point], unit: str) -> str:
    value = points[-1][1] if points else None
    return "–" if value is None else _shown(value, unit)


def _most(known: Sequence[float], unit: str) -> str:
    return _shown(max(known), unit) if known else "–"


def _shown(value: float, unit: str) -> str:
    return shown_bytes(value) if unit == "bytes" else f"{value:,.0f}".replace(",", " ")


def shown_bytes(value: float) -> str:
    """`3.2 GB`; powers of ten, as disks are sold."""
    for name in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {name}" if name == "bytes" else f"{value:.1f} {name}"
        value /= 1000
    return f"{value:.1f} TB"
