"""Tables, quoted figures and pictures of the report; never what was measured."""

from xml.etree import ElementTree

from bench.baselines import BASELINES, bars, beside_others
from bench.figures import Bars, Figures, Table, percentile
from bench.plot import drawn, pictures
from bench.report import page, told

FOUND = Figures(
    tables=[Table("Messages through the bridge", "How.", ("way", "a second"), [["daphne", "1,500"]])],
    values={"messages daphne": 1500.0, "messages nats-py alone": 2000.0, "p50 daphne": 0.0019},
)


def test_quoted_figures_are_called_so_and_stand_only_beside_what_was_measured() -> None:
    (table,) = beside_others(FOUND)
    assert "**not** run here" in table.text
    assert '"run here"' not in table.text
    assert [row[-1] for row in table.rows] == ["18.4 ×", "25.9 ×", "1.0 ×", "1.1 ×"]
    assert {row[-2] for row in table.rows} == {"quoted"}
    assert beside_others(Figures()) == []
    text = page([], FOUND, {"Date": "today"})
    assert "![Messages a second, 8 pairs](images/bench-messages.svg)" in text
    assert "| daphne | 1,500 |" in text
    assert told(FOUND.tables[0]).splitlines()[-1].split() == ["daphne", "1,500"]


def test_a_figure_of_this_run_takes_the_place_of_the_quoted_one() -> None:
    theirs = {"prosody messages": 3000.0, "prosody p50 window": 0.05, "synapse p50": 0.019}
    found = Figures(values=FOUND.values | theirs | {"p50 window daphne": 0.1})
    (table,) = beside_others(found)
    assert '"run here"' in table.text
    assert '"quoted"' in table.text
    shown = {(row[2], row[3]): tuple(row[4:]) for row in table.rows}
    assert shown == {
        ("Matrix Synapse", "19.00 ms"): ("run here", "10.0 ×"),
        ("Matrix Synapse", "50 to 58"): ("quoted", "25.9 ×"),
        ("Prosody with archive", "1.9 ms"): ("quoted", "1.0 ×"),
        ("Prosody with archive", "50.00 ms"): ("run here", "0.5 ×"),
        ("Prosody with archive", "3,000"): ("run here", "0.5 ×"),
    }
    (picture,) = bars(found)
    assert ("Prosody with archive", 3000.0) in picture.bars
    assert picture.quoted == ["Matrix Synapse"]


def test_what_syncing_takes_of_a_message_is_said_where_it_was_measured() -> None:
    values = FOUND.values | {"p50 nats-py alone": 0.0021, "p50 nats-py alone, without syncs": 0.0009}
    (table,) = beside_others(Figures(values=values))
    assert "takes 1.20 ms (nats-py alone: 2.10 ms with, 0.90 ms without)" in table.text
    (table,) = beside_others(FOUND)
    assert "not synced" not in table.text


def test_nothing_is_called_quoted_where_all_was_run_here() -> None:
    values = {each.ours: 1.0 for each in BASELINES} | {each.theirs: 2.0 for each in BASELINES}
    (table,) = beside_others(Figures(values=values))
    assert len(table.rows) == len(BASELINES)
    assert "quoted" not in table.text
    assert {row[-2] for row in table.rows} == {"run here"}


def test_a_picture_is_svg_whose_longest_bar_fills_it_and_which_can_be_read_aloud() -> None:
    (picture,) = bars(FOUND)
    assert list(pictures([], FOUND)) == ["bench-messages"]
    root = ElementTree.fromstring(drawn(picture))  # noqa: S314 - our own
    shapes = root.findall("{*}rect")
    assert [shape.get("class") for shape in shapes] == ["ours", "ours", "quoted", "quoted"]
    widths = [float(shape.get("width", "0")) for shape in shapes]
    assert max(widths) == widths[0]
    assert "nats-py alone: 2,000" in (root.findtext("{*}desc") or "")
    assert "prefers-color-scheme: dark" in (root.findtext("{*}style") or "")


def test_names_are_text_never_markup() -> None:
    root = ElementTree.fromstring(drawn(Bars("a", "<b>", "×", [("x & y", 2.0)])))  # noqa: S314 - our own
    assert root.findall("{*}text")[1].text == "x & y"


def test_percentiles() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0
    assert percentile(list(map(float, range(100))), 0.5) == 50.0
