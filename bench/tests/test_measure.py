"""The arithmetic and the order of the measurements; never how long something took."""

import pytest

from bench.figures import Figures
from bench.measure import Comparison, Measured, Side, measure
from bench.report import duration, page


def recorded(rounds: int) -> tuple[Comparison, list[str]]:
    calls: list[str] = []

    def side(name: str) -> Side:
        def prepare() -> str:
            calls.append(f"prepare {name}")
            return name

        return Side(f"{name} way", calls.append, prepare)

    return Comparison("A deed", side("ours"), side("bare"), operations=10, rounds=rounds), calls


def test_each_side_is_prepared_before_each_round_and_they_take_turns() -> None:
    comparison, calls = recorded(rounds=3)
    result = measure(comparison)
    assert calls[0::2] == [f"prepare {name}" for name in calls[1::2]]
    warm_up, rounds = calls[1:4:2], calls[5::2]
    assert warm_up == ["ours", "bare"]
    assert rounds == ["ours", "bare", "bare", "ours", "ours", "bare"]
    assert len(result.ours) == len(result.bare) == 3


def test_the_ratio_is_the_median_of_the_rounds() -> None:
    comparison, _ = recorded(rounds=3)
    result = Measured(comparison, ours=[2.0, 30.0, 6.0], bare=[1.0, 3.0, 2.0])
    assert result.ratio == 3.0
    assert result.quartiles == (2.0, 10.0)


def test_the_page_says_what_was_compared_and_on_what() -> None:
    comparison, _ = recorded(rounds=3)
    text = page([Measured(comparison, ours=[2e-3] * 3, bare=[1e-3] * 3)], Figures(), {"Date": "today"})
    assert "| A deed | 2.00 | 2.00 to 2.00 | 2.00 ms | 1.00 ms |" in text
    assert "- **A deed.** Ours: ours way. Bare: bare way. 3 rounds of 10 each." in text
    assert "- Date: today" in text


@pytest.mark.parametrize(
    ("seconds", "text"), [(1.234e-6, "1 µs"), (0.9e-3, "900 µs"), (0.0123, "12.30 ms"), (3.456, "3.46 s")]
)
def test_times_are_written_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text
