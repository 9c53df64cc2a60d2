"""What the desk's first page shows: troubles, figures, charts, processes, versions."""

import platform
import threading
import time
from dataclasses import dataclass
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.utils import timezone
from redis.exceptions import RedisError

from console.charts import shown_bytes
from console.models import Sample
from console.series import charts
from console.trouble import SILENT, troubles
from httpapi import pulse
from httpapi.readiness import Result, run_checks
from kezproto.version import VERSION

KEPT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Figure:
    title: str
    value: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    """`state` is `ok` or `bad`; `detail` a few words."""

    name: str
    state: str
    detail: str


class _Checks:
    """The readiness checks, run at most every ten seconds: they ask the broker, which takes half a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._results: dict[str, Result] = {}
        self._until = float("-inf")

    def get(self) -> dict[str, Result]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._results = run_checks()
                self._until = time.monotonic() + KEPT_SECONDS
            return self._results

    def forget(self) -> None:
        self._until = float("-inf")


checks = _Checks()


def dashboard() -> dict[str, Any]:
    """The template's context."""
    now, results, sample = timezone.now(), checks.get(), Sample.objects.first()
    return {
        "troubles": troubles(results, sample, now=now, sample_seconds=settings.KEZ_SAMPLE_SECONDS),
        "figures": _figures(sample),
        "figures_at": sample.at if sample else None,
        "charts": charts(now=now),
        "processes": [*_answering(results), *_silent(), *_taking(sample)],
        "versions": _versions(sample),
    }


def _figures(sample: Sample | None) -> list[Figure]:
    if sample is None:
        return []
    room = f"of {shown_bytes(sample.broker_room)}" if sample.broker_room else ""
    return [
        Figure(
            "Active handles", _number(sample.active_handles), f"{_number(sample.handles)} ever registered"
        ),
        Figure("Active inboxes", _number(sample.inboxes), "with a device seen within a day"),
        Figure("Messages waiting", _number(sample.waiting), "in all inboxes"),
        Figure("Broker's storage", _size(sample.broker_bytes), room),
        Figure("Attachments", _size(sample.file_bytes), f"{_number(sample.files)} files"),
        Figure("Tasks waiting", _number(sample.tasks), f"and {_number(sample.chunks)} chunks of uploads"),
    ]


def _answering(results: dict[str, Result]) -> list[Process]:
    return [
        Process(name, "ok" if result.ok else "bad", result.detail) for name, result in sorted(results.items())
    ]


def _silent() -> list[Process]:
    try:
        found = pulse.pulses(list(SILENT))
    except (RedisError, OSError):
        return []
    return [Process(each.name, "bad" if each.is_silent else "ok", _heard(each.seconds_ago)) for each in found]


def _taking(sample: Sample | None) -> list[Process]:
    """Worker and beat: who takes the samples, and who orders them."""
    ago = (timezone.now() - sample.at).total_seconds() if sample else None
    late = ago is None or ago > 3 * settings.KEZ_SAMPLE_SECONDS + 30
    return [Process("worker and beat", "bad" if late else "ok", _heard(ago))]


def _heard(seconds_ago: float | None) -> str:
    return "never heard of" if seconds_ago is None else f"heard of {seconds_ago:.0f} s ago"


def _versions(sample: Sample | None) -> list[tuple[str, str]]:
    return [
        ("kez-chat", VERSION),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        (connection.display_name, ".".join(str(part) for part in connection.get_database_version())),
        ("NATS", sample.broker_version if sample and sample.broker_version else "–"),
        ("Valkey", _valkey_version()),
    ]


def _valkey_version() -> str:
    try:
        return pulse.server_version()
    except (RedisError, OSError):
        return "–"


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}".replace(",", " ")


def _size(value: int | None) -> str:
    return "–" if value is None else shown_bytes(value)
