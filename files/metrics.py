"""What the room of files counts for Prometheus. Nothing in it names a file or a person."""

from collections.abc import Iterable

from django.db import DatabaseError
from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

ANNOUNCED = Counter(
    "kez_files_announced",
    "Announcements, by result: created, repeated, or the code of the refusal.",
    ["result"],
)
DOWNLOADS = Counter(
    "kez_files_downloads", "Downloads, by result: whole, part, or the code of the refusal.", ["result"]
)
SHARED_FILES = Counter(
    "kez_shared_files",
    "Lists of shared files handed in, by result: stored, repeated, or the code of the refusal.",
    ["result"],
)
CHUNKS = Counter(
    "kez_files_chunks", "Chunks counted by the ingest, by result: counted, unwanted, foreign.", ["result"]
)
BATCH_SECONDS = Histogram("kez_files_batch_seconds", "Time in which the ingest records one batch of chunks.")
WAITING = Counter(
    "kez_files_waits", "Long polls, by how they ended: changed, timeout, left, full.", ["result"]
)


class AttachmentCollector(Collector):
    """Counts attachments when Prometheus asks, so that every process shows the same, true number."""

    def describe(self) -> Iterable[Metric]:
        return [self._files(), self._bytes()]

    def collect(self) -> Iterable[Metric]:
        # Loaded late: this module is imported while the app is still being set up.
        from files.lookup import count_by_state

        try:
            counts = count_by_state()
        except DatabaseError:
            # Without a database the other metrics are needed most; these are missing then.
            return
        files, sizes = self._files(), self._bytes()
        for state, (number, size) in counts.items():
            files.add_metric([state], number)
            sizes.add_metric([state], size)
        yield files
        yield sizes

    @staticmethod
    def _files() -> GaugeMetricFamily:
        return GaugeMetricFamily("kez_files", "Attachments in the database.", labels=["state"])

    @staticmethod
    def _bytes() -> GaugeMetricFamily:
        return GaugeMetricFamily("kez_files_bytes", "Their size together.", labels=["state"])


def register_collectors() -> None:
    """Once per process, from `AppConfig.ready`."""
    REGISTRY.register(AttachmentCollector())
