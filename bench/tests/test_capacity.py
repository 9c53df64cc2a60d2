"""docs/capacity.md holds the tables that the model computes."""

import pytest

from bench import capacity
from devstack.environment import ROOT

PAGE = ROOT / "docs" / "capacity.md"


@pytest.mark.parametrize(
    "table",
    [
        capacity.bills_table,
        capacity.habits_table,
        capacity.measured_table,
        capacity.needs_table,
        capacity.machines_table,
    ],
)
def test_the_page_shows_what_the_model_computes(table) -> None:
    assert f"\n{table()}\n" in PAGE.read_text()


def test_more_people_need_more_and_never_less() -> None:
    few, many = capacity.need(1_000), capacity.need(100_000)
    assert many.sockets == pytest.approx(100 * few.sockets)
    assert many.files_gb == pytest.approx(100 * few.files_gb)
    assert many.web_processes >= few.web_processes
    assert capacity.bill(many).euros_a_month > capacity.bill(few).euros_a_month
