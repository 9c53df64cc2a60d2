"""What was accepted, what was refused with a reason, and what arrived: the books of a fault test."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pytest


@dataclass
class Ledger:
    """Ids of messages and files by what became of them; times are monotonic seconds.

    `accepted`: the broker confirmed it, or the server announced it. `reported`: its sender was told that it will not be
    delivered. What is in neither at the end was never answered, which counts as lost too.
    """

    begun: dict[str, float] = field(default_factory=dict)
    accepted: dict[str, float] = field(default_factory=dict)
    reported: dict[str, str] = field(default_factory=dict)
    delivered: dict[str, float] = field(default_factory=dict)
    ways: dict[str, str] = field(default_factory=dict)
    seqs: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    again: Counter[str] = field(default_factory=Counter)

    def begin(self, item: str, way: str) -> None:
        self.begun[item] = time.monotonic()
        self.ways[item] = way

    def accept(self, item: str) -> None:
        self.accepted.setdefault(item, time.monotonic())

    def report(self, item: str, reason: str) -> None:
        self.reported[item] = reason

    def deliver(self, item: str, seq: int = 0) -> None:
        """Shown to its reader, who knows it by its id from now on: the same once more is counted, not shown."""
        if item in self.delivered:
            self.again[item] += 1
        else:
            self.delivered[item] = time.monotonic()
        self.seqs[item].add(seq)

    @property
    def unanswered(self) -> set[str]:
        return self.begun.keys() - self.accepted.keys() - self.reported.keys()

    @property
    def missing(self) -> set[str]:
        """Accepted, and neither delivered nor reported."""
        return self.accepted.keys() - self.delivered.keys() - self.reported.keys()

    @property
    def stored_twice(self) -> int:
        """How many lie in the stream twice: the reader's own memory alone keeps these from being shown twice."""
        return sum(len(seqs) > 1 for seqs in self.seqs.values())

    def gap(self, moment: float, way: str) -> float | None:
        """Seconds from `moment` until the first delivery on this way of what was begun after it."""
        later = [
            at - moment
            for item, at in self.delivered.items()
            if self.ways[item] == way and self.begun[item] >= moment
        ]
        return min(later, default=None)

    def gaps(self, moment: float) -> dict[str, float]:
        """The same for every way that has one yet."""
        found = {way: self.gap(moment, way) for way in set(self.ways.values())}
        return {way: gap for way, gap in found.items() if gap is not None}

    def count(self) -> str:
        """One line: accepted = delivered + reported."""
        return (
            f"accepted {len(self.accepted)} = delivered {len(self.accepted.keys() & self.delivered.keys())} + reported "
            f"{len(self.accepted.keys() & self.reported.keys())}; lost {len(self.missing)}; refused with a reason "
            f"{len(self.reported)}; delivered again and not shown {sum(self.again.values())}; stored twice "
            f"{self.stored_twice}"
        )

    def check(self) -> None:
        """Fails unless accepted = delivered + reported, and every sender knows what became of all."""
        lost = {item: self.ways[item] for item in self.missing}
        unknown = {item: self.ways[item] for item in self.unanswered}
        if lost or unknown:
            pytest.fail(f"lost: {lost}\nunanswered: {unknown}\n{self.count()}")
