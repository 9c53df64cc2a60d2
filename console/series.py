"""The charts' series, made of samples."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from console.charts import Chart, Point, bar_chart, line_chart
from console.models import Sample

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS, DAYS = 24, 30


def charts(*, now: datetime) -> list[Chart]:
    """Two queries, whatever there is to show."""
    hourly = list(Sample.objects.filter(hour__gte=now - DAYS * DAY).order_by("hour"))
    newest = Sample.objects.first()
    day = _at_hours(hourly, newest, now=now, hours=HOURS)
    month = hourly if newest is None else [*hourly, newest]
    return [
        bar_chart("Registrations an hour", _growth(day, "handles"), since="24 hours ago"),
        bar_chart("Messages an hour", _growth(day, "messages"), since="24 hours ago"),
        line_chart("People with an active inbox", _values(month, "inboxes"), since="30 days ago"),
        line_chart("Attachments stored", _values(month, "file_bytes"), since="30 days ago", unit="bytes"),
    ]


def _at_hours(
    hourly: Sequence[Sample], newest: Sample | None, *, now: datetime, hours: int
) -> list[tuple[str, Sample | None]]:
    """The samples at the beginnings of the last hours, labelled by the hour that begins there, and the newest one."""
    by_hour = {sample.hour: sample for sample in hourly}
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    moments = [this_hour - (hours - 1 - back) * HOUR for back in range(hours)]
    return [*((f"{moment:%H:%M}", by_hour.get(moment)) for moment in moments), ("now", newest)]


def _growth(samples: Sequence[tuple[str, Sample | None]], name: str) -> list[Point]:
    """By how much a counter grew within each hour. One that fell was made anew, and begins at nought."""
    points: list[Point] = []
    for (label, before), (_, after) in pairwise(samples):
        first, last = getattr(before, name, None), getattr(after, name, None)
        if first is None or last is None:
            points.append((label, None))
        else:
            points.append((label, last - first if last >= first else last))
    return points


def _values(samples: Sequence[Sample], name: str) -> list[Point]:
    return [(f"{sample.at:%Y-%m-%d %H:%M}", getattr(sample, name)) for sample in samples]
