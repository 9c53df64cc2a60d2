"""What an operator has to know first: the sentences on top of the dashboard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.urls import reverse
from redis.exceptions import RedisError

from console.charts import shown_bytes
from console.models import Sample
from httpapi.pulse import Pulse, pulses
from httpapi.readiness import Result
from registry import triggers
from registry.models import PendingRegistration
from reports.models import Report

FULL = 0.8  # of a quota: then something should be done
LITTLE_BYTES = 1_000_000_000  # of a disk that is not ours alone
MANY_TASKS = 200
COUNTED = 100
# Processes that answer nobody, by what starts them.
SILENT = {"janitor": "manage.py run_janitor", "ingest": "manage.py run_chunk_ingest"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """`grave`: something does not work now. `href`: where to do something about it."""

    text: str
    href: str = ""
    grave: bool = False


def troubles(
    checks: dict[str, Result], sample: Sample | None, *, now: datetime, sample_seconds: float
) -> list[Trouble]:
    """Grave ones first. Nothing of it names a person."""
    found = [
        *_unready(checks),
        *_silent_processes(),
        *_no_samples(sample, now=now, every=sample_seconds),
        *_unguarded(),
        *_full(sample),
        *_queues(now),
        *_unsafe_settings(),
    ]
    return sorted(found, key=lambda trouble: not trouble.grave)


def _unready(checks: dict[str, Result]) -> Iterator[Trouble]:
    for name, result in sorted(checks.items()):
        if not result.ok:
            yield Trouble(f"{name}: {result.detail}", "/v1/readyz", grave=True)


def _silent_processes() -> Iterator[Trouble]:
    try:
        silent = [pulse for pulse in pulses(list(SILENT)) if pulse.is_silent]
    except (RedisError, OSError):
        return  # readiness tells of Valkey
    for pulse in silent:
        yield Trouble(f"The {pulse.name} {_silence(pulse)}: is {SILENT[pulse.name]} running?", grave=True)


def _silence(pulse: Pulse) -> str:
    if pulse.seconds_ago is None:
        return "has not been heard of"
    return f"has been silent for {_shown(timedelta(seconds=pulse.seconds_ago))}"


def _no_samples(sample: Sample | None, *, now: datetime, every: float) -> Iterator[Trouble]:
    """Samples are ordered by the beat and taken by a worker: without new ones, one of them is not there."""
    if sample is None:
        yield Trouble("There are no figures yet: beat and worker bring them within minutes of their start.")
    elif now - sample.at > timedelta(seconds=3 * every + 30):
        yield Trouble(
            f"No figures for {_shown(now - sample.at)}: are the Celery worker and the beat running? Without them "
            "attachments are not finished, and nothing expires.",
            grave=True,
        )


def _unguarded() -> Iterator[Trouble]:
    try:
        missing = triggers.missing(connection)
    except DatabaseError:
        return  # readiness tells of the database
    if missing:
        yield Trouble(
            f"The database does not guard {', '.join(missing)} from changes: run manage.py migrate.",
            grave=True,
        )


def _full(sample: Sample | None) -> Iterator[Trouble]:
    if sample is None:
        return
    if sample.broker_bytes and sample.broker_room and sample.broker_bytes > FULL * sample.broker_room:
        share = sample.broker_bytes / sample.broker_room
        yield Trouble(
            f"The broker's storage is {share:.0%} full: {shown_bytes(sample.broker_bytes)} of "
            f"{shown_bytes(sample.broker_room)}. When it is full, nothing more can be sent.",
            grave=share > 0.95,
        )
    if sample.file_room is not None and sample.file_room < LITTLE_BYTES:
        yield Trouble(
            f"Only {shown_bytes(sample.file_room)} are left on the disk of attachments.",
            reverse("admin:files_attachment_changelist"),
            grave=sample.file_room < LITTLE_BYTES / 10,
        )
    if sample.tasks is not None and sample.tasks > MANY_TASKS:
        yield Trouble(f"{sample.tasks} tasks wait for a worker: is one running, and are they enough?")


def _queues(now: datetime) -> Iterator[Trouble]:
    reports = Report.objects.filter(state=Report.State.NEW).order_by("created_at")
    href = reverse("admin:reports_report_changelist") + "?state=new"
    yield from _queue(
        reports.values_list("created_at", flat=True), "report{} that nobody has taken", href, now
    )
    waiting = PendingRegistration.objects.filter(state=PendingRegistration.State.WAITING).order_by("asked_at")
    href = reverse("admin:registry_pendingregistration_changelist")
    yield from _queue(waiting.values_list("asked_at", flat=True), "registration{} to decide on", href, now)


def _queue(moments: "QuerySet[Any, datetime]", what: str, href: str, now: datetime) -> Iterator[Trouble]:
    """`moments`: since when each waits, the oldest first."""
    since = list(moments[: COUNTED + 1])
    if since:
        number = str(len(since)) if len(since) <= COUNTED else f"More than {COUNTED}"
        named = what.format("" if len(since) == 1 else "s")
        yield Trouble(f"{number} {named}; the oldest for {_shown(now - since[0])}.", href)


def _unsafe_settings() -> Iterator[Trouble]:
    if settings.DEBUG:
        yield Trouble("KEZ_DEBUG is on: error pages show everybody what should stay inside.")
    if not settings.KEZ_OPERATOR_SECOND_FACTOR:
        yield Trouble("Operators need no second factor here: KEZ_OPERATOR_SECOND_FACTOR is false.")


def _shown(span: timedelta) -> str:
    """`3 days`, `2 hours`, `40 minutes`."""
    seconds = max(0.0, span.total_seconds())
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {name}{'' if number == 1 else 's'}"
    return "less than a minute"
