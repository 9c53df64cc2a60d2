"""What is measured without a bare piece beside it: tables of absolute figures."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """A table of the report, with the sentence that says how it was measured."""

    title: str
    text: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Bars:
    """One picture: a bar for each label, in `unit`. Those whose label is in `quoted` were measured elsewhere."""

    name: str
    title: str
    unit: str
    bars: Sequence[tuple[str, float]]
    quoted: Sequence[str] = ()


@dataclass
class Figures:
    """What a part of the bench found out, besides its comparisons."""

    tables: list[Table] = field(default_factory=list)
    # By a name that other parts and the report know them under; in base units (seconds, pieces a second, bytes).
    values: dict[str, float] = field(default_factory=dict)

    def add(self, other: "Figures") -> None:
        self.tables += other.tables
        self.values |= other.values


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` (0 to 1) of all lie at or below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
