"""The desk's first page: what is counted, drawn, and warned of."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from chatbridge.models import Device
from console import sampling
from console.charts import HEIGHT, bar_chart, line_chart, shown_bytes
from console.models import Sample
from console.sampling import forget_samples, take_sample
from console.series import charts
from console.tests.rows import reported
from console.trouble import troubles
from devstack.ports import HOST, free_ports
from httpapi import pulse
from httpapi.readiness import Result
from registry import triggers
from registry.models import PendingRegistration
from registry.tests.cast import ALICE, BOB, MALLORY, registered, registration

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 12, 20, tzinfo=UTC)
GOOD = {"database": Result(True, "answers")}


@pytest.fixture(autouse=True)
def all_alive(monkeypatch):
    """Every process tells of itself, unless a test says otherwise."""
    for name in ("janitor", "ingest"):
        pulse.tell(name, every=60)
    monkeypatch.setattr(sampling, "CONNECT_SECONDS", 0.1)


def sample(**figures) -> Sample:
    return Sample(at=NOON, **figures)


def told(taken: Sample | None, *, now: datetime = NOON, results=GOOD) -> list[str]:
    return [each.text for each in troubles(results, taken, now=now, sample_seconds=60)]


# Samples ------------------------------------------------------------------------------------------


def test_a_sample_counts_what_it_can_reach(caplog, settings):
    """There is no broker here: its figures are missing, the others are not."""
    settings.NATS_URL = f"nats://{HOST}:{free_ports(1)[0]}"
    registered(ALICE, "alice")
    registered(BOB, "bobby", status="suspended")
    for seen in (NOON, NOON - timedelta(days=3)):
        Device.objects.create(
            primary_hex=ALICE.primary.hex, device=f"{seen:%d}" + "a" * 14, created=seen, last_seen=seen
        )
    taken = take_sample(now=NOON)
    assert (taken.handles, taken.active_handles, taken.inboxes, taken.file_bytes) == (2, 1, 1, 0)
    assert taken.tasks is not None
    assert taken.messages is None
    assert "without its figures of broker" in caplog.text


def test_the_first_sample_of_an_hour_is_kept_for_a_month(monkeypatch):
    for name in ("_people", "_stored", "_queue", "_broker"):
        monkeypatch.setattr(sampling, name, lambda now: {})
    for minutes in (0, 1, 2, 60, 61):
        take_sample(now=NOON + timedelta(minutes=minutes))
    take_sample(now=NOON)  # by two workers at once
    assert Sample.objects.count() == 5
    assert Sample.objects.exclude(hour=None).count() == 2
    forget_samples(now=NOON + timedelta(days=3))
    assert Sample.objects.count() == 2
    forget_samples(now=NOON + timedelta(days=33))
    assert not Sample.objects.exists()


# Charts -------------------------------------------------------------------------------------------


def test_bars_stand_on_the_ground_and_the_highest_reaches_the_top():
    chart = bar_chart("Things", [("a", 5), ("b", None), ("c", 10), ("d", 0)], since="long ago")
    assert [(bar.y, bar.height) for bar in chart.bars] == [(16, 16), (0, HEIGHT), (HEIGHT, 0)]
    assert [bar.told for bar in chart.bars] == ["a: 5", "c: 10", "d: 0"]
    assert chart.summary == "Things: 0 now, 10 at most, long ago to now."


def test_a_line_from_edge_to_edge():
    chart = line_chart("Bytes", [("a", 0), ("b", None), ("c", 4_200_000)], since="long ago", unit="bytes")
    assert chart.line == "M0.0 32.0 L100.0 0.0"
    assert (chart.now, chart.most) == ("4.2 MB", "4.2 MB")


@pytest.mark.parametrize("points", [[], [("a", None)]])
def test_nothing_to_draw(points):
    assert bar_chart("Things", points, since="x").is_empty
    assert line_chart("Things", points, since="x").is_empty


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2e9, "2.0 GB"), (3e15, "3000.0 TB")],
)
def test_sizes_are_written_short(value, text):
    assert shown_bytes(value) == text


def test_growth_is_shown_by_the_hour_and_a_counter_that_fell_begins_anew():
    hour = NOON.replace(minute=0)
    for back, count in ((3, 100), (2, 150), (1, 20)):
        moment = hour - timedelta(hours=back)
        Sample.objects.create(at=moment, hour=moment, messages=count)
    Sample.objects.create(at=hour, hour=hour, messages=50)
    Sample.objects.create(at=NOON, messages=57)
    _, messages, *_ = charts(now=NOON)
    assert [bar.told for bar in messages.bars] == ["09:00: 50", "10:00: 20", "11:00: 30", "12:00: 7"]


# Troubles -----------------------------------------------------------------------------------------


def test_all_is_well():
    assert told(sample()) == []


def test_what_is_not_ready_comes_first():
    results = {"jetstream": Result(False, "The broker does not answer."), **GOOD}
    found = troubles(results, None, now=NOON, sample_seconds=60)
    assert [(each.text, each.grave) for each in found] == [
        ("jetstream: The broker does not answer.", True),
        ("There are no figures yet: beat and worker bring them within minutes of their start.", False),
    ]


def test_silence(monkeypatch):
    assert told(sample(), now=NOON + timedelta(minutes=3)) == []
    (worker,) = told(sample(), now=NOON + timedelta(minutes=40))
    assert worker.startswith("No figures for 40 minutes")
    monkeypatch.setattr("time.time", lambda: 4e9)
    janitor, ingest = told(sample())
    assert janitor.startswith("The janitor has been silent for ")
    assert "manage.py run_chunk_ingest" in ingest


def test_a_process_that_was_never_heard_of(monkeypatch):
    monkeypatch.setattr("console.trouble.SILENT", {"nightwatch": "manage.py run_nightwatch"})
    assert told(sample()) == ["The nightwatch has not been heard of: is manage.py run_nightwatch running?"]


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        (
            {"broker_bytes": 85, "broker_room": 100},
            "The broker's storage is 85% full: 85 bytes of 100 bytes.",
        ),
        ({"broker_bytes": 79, "broker_room": 100}, ""),
        ({"broker_bytes": 10**12, "broker_room": None}, ""),
        ({"file_room": 500_000_000}, "Only 500.0 MB are left on the disk of attachments."),
        ({"tasks": 1000}, "1000 tasks wait for a worker"),
    ],
)
def test_what_runs_full(figures, sentence):
    assert "".join(told(sample(**figures))).startswith(sentence)
    assert bool(told(sample(**figures))) == bool(sentence)


def test_what_waits_for_operators():
    report = reported(registered(BOB, "bobby"), by=registered(ALICE, "alice"))
    PendingRegistration.objects.create(
        local="mallory",
        primary_hex=MALLORY.primary.hex,
        registration=registration(MALLORY, "mallory"),
        asked_at=report.created_at - timedelta(days=2, hours=1),
    )
    assert told(None, now=report.created_at)[1:] == [
        "1 report that nobody has taken; the oldest for less than a minute.",
        "1 registration to decide on; the oldest for 2 days.",
    ]


def test_a_trail_without_its_guard():
    from django.db import connection

    triggers.remove(connection)
    assert "does not guard registry_auditentry" in "".join(told(sample()))


def test_settings_of_development(settings):
    settings.KEZ_OPERATOR_SECOND_FACTOR = False
    assert "no second factor" in "".join(told(sample()))


# The page -----------------------------------------------------------------------------------------


def test_the_page(audrey):
    now = timezone.now()
    for back in range(5):
        moment = now - timedelta(hours=back)
        hour = moment.replace(minute=0, second=0, microsecond=0)
        Sample.objects.create(
            at=moment,
            hour=hour,
            messages=1000 - back,
            handles=1234567,
            active_handles=7,
            broker_version="2.15.1",
        )
    page = audrey.get("/admin/").content.decode()
    assert "Nothing needs attention." in page
    assert "1 234 567 ever registered" in page
    assert page.count('<svg viewBox="0 0 100') == 2
    assert page.count("Nothing to draw yet.") == 2
    assert re.search(r"<td>2\.15\.1</td>", page)
    assert re.search(r"heard of \d+ s ago", page)
    # What Django's own first page would say besides.
    assert "Recent actions" not in page


def test_without_a_role_there_is_nothing_to_see(nobody):
    page = nobody.get("/admin/").content.decode()
    assert "You have no role yet" in page
    assert "ever registered" not in page
    assert '<svg viewBox="0 0 100' not in page
