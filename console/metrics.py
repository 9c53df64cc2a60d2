"""What the whole server has waiting, for Prometheus: the figures of the newest sample, and a few cheap counts.

The sample is counted once a minute by a worker, for the desk; a scrape asks the broker nothing. Every web process shows
the same numbers.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

# Field of a sample: metric and what it is.
SAMPLED = {
    "waiting": ("kez_inbox_messages", "Messages that the broker holds, read or not."),
    "inbox_bytes": ("kez_inbox_bytes", "Their size."),
    "readers": ("kez_inbox_readers", "Consumers of devices that read now or lately."),
    "chunks": ("kez_chunk_messages", "Chunks of files that the broker holds."),
    "chunk_bytes": ("kez_chunk_bytes", "Their size."),
    "uncounted": ("kez_ingest_lag_chunks", "Chunks that the ingest has yet to count."),
    "broker_bytes": ("kez_broker_bytes", "What JetStream has on the disk of its fullest server."),
    "broker_room": ("kez_broker_limit_bytes", "What it may have there."),
    "file_room": ("kez_storage_free_bytes", "Free where finished files lie; only of a folder."),
    "tasks": ("kez_task_queue", "Tasks that wait for a worker."),
    "task_age": ("kez_task_oldest_seconds", "How long the oldest of them has waited."),
    "inboxes": ("kez_people_active", "People with a device that was seen within a day."),
}
PROCESSES = ("janitor", "ingest")

Part = Callable[[], Iterator[Metric]]


class ServerCollector(Collector):
    """Parts that cannot be told are left out: without a database the others are needed most."""

    def describe(self) -> Iterable[Metric]:
        return [
            *(GaugeMetricFamily(name, text) for name, text in SAMPLED.values()),
            *_descriptions().values(),
        ]

    def collect(self) -> Iterator[Metric]:
        yield from self._database()
        for part in (_signs_of_life, _tasks):
            yield from _tried(part)

    def _database(self) -> Iterator[Metric]:
        """All that needs the database, and whether it was there."""
        reachable = _descriptions()["database"]
        try:
            found = [*_sampled(), *_queues()]
        except DatabaseError:
            found = []
            reachable.add_metric([], 0)
        else:
            reachable.add_metric([], 1)
        yield reachable
        yield from found


def _descriptions() -> dict[str, Any]:
    """Empty families of what is not sampled."""
    return {
        "database": GaugeMetricFamily(
            "kez_database_up", "1 if this process reaches the registry's database.", labels=[]
        ),
        "age": GaugeMetricFamily("kez_sample_age_seconds", "How old the newest sample is.", labels=[]),
        "taken": CounterMetricFamily("kez_inbox_taken", "Messages that inboxes have ever taken.", labels=[]),
        "registrations": GaugeMetricFamily(
            "kez_registrations_waiting", "Registrations that operators have to decide on.", labels=[]
        ),
        "reports": GaugeMetricFamily("kez_reports_open", "Reports that are not closed.", labels=["state"]),
        "silence": GaugeMetricFamily(
            "kez_process_silence_seconds",
            "Since when a process without HTTP was not heard of.",
            labels=["process"],
        ),
        "runs": CounterMetricFamily(
            "kez_task_runs", "Tasks that ended: done, failed, retried.", labels=["task", "result"]
        ),
        "seconds": CounterMetricFamily(
            "kez_task_seconds", "Time that they took together.", labels=["task", "result"]
        ),
    }


def _sampled() -> Iterator[Metric]:
    # Loaded late, as in all parts: this module is imported while the app is still being set up.
    from console.models import Sample

    sample = Sample.objects.first()
    if sample is None:
        return
    for field, (name, text) in SAMPLED.items():
        value = getattr(sample, field)
        if value is not None:
            yield GaugeMetricFamily(name, text, value=value)
    described = _descriptions()
    described["age"].add_metric([], max(0.0, (timezone.now() - sample.at).total_seconds()))
    yield described["age"]
    if sample.messages is not None:
        described["taken"].add_metric([], sample.messages)
        yield described["taken"]


def _queues() -> Iterator[Metric]:
    from registry.lookup import count_waiting_registrations
    from reports.lookup import count_open_by_state

    described = _descriptions()
    described["registrations"].add_metric([], count_waiting_registrations())
    yield described["registrations"]
    for state, number in count_open_by_state().items():
        described["reports"].add_metric([state], number)
    yield described["reports"]


def _signs_of_life() -> Iterator[Metric]:
    from httpapi.pulse import pulses

    family = _descriptions()["silence"]
    for pulse in pulses(PROCESSES):
        if pulse.seconds_ago is not None:
            family.add_metric([pulse.name], pulse.seconds_ago)
    yield family


def _tasks() -> Iterator[Metric]:
    from console.task_figures import figures

    described = _descriptions()
    for figure in figures():
        described["runs"].add_metric([figure.name, figure.result], figure.runs)
        described["seconds"].add_metric([figure.name, figure.result], figure.seconds)
    yield described["runs"]
    yield described["seconds"]


def _tried(part: Part) -> list[Metric]:
    try:
        return list(part())
    except (RedisError, OSError):
        return []


def register_collectors() -> None:
    """Once per process, from `AppConfig.ready`."""
    REGISTRY.register(ServerCollector())
