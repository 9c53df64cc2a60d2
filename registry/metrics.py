"""What the registry counts for Prometheus."""

from collections.abc import Iterable

from django.db import DatabaseError
from prometheus_client import REGISTRY, Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

REGISTRATIONS = Counter(
    "kez_registrations",
    "Registrations tried, by result: created, repeated, waiting, or the code of the refusal.",
    ["result"],
)


class HandleCollector(Collector):
    """Counts handles when Prometheus asks, so that every process shows the same, true number."""

    def describe(self) -> Iterable[Metric]:
        return [GaugeMetricFamily("kez_handles", "Handles in the registry.", labels=["status"])]

    def collect(self) -> Iterable[Metric]:
        # Loaded late: this module is imported while the app is still being set up.
        from registry.lookup import count_by_status

        family = GaugeMetricFamily("kez_handles", "Handles in the registry.", labels=["status"])
        try:
            counts = count_by_status()
        except DatabaseError:
            # Without a database the other metrics are needed most; this one is missing then.
            return
        for status, number in counts.items():
            family.add_metric([status], number)
        yield family


def register_collectors() -> None:
    """Once per process, from `AppConfig.ready`."""
    REGISTRY.register(HandleCollector())
