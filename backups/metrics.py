"""How long ago the last backup was, for Prometheus."""

from collections.abc import Iterable, Iterator

from django.db import DatabaseError
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_FAMILIES = {
    "made_at": ("kez_backup_last_timestamp_seconds", "When the last backup that succeeded was begun."),
    "seconds": ("kez_backup_last_seconds", "How long it took."),
    "size": ("kez_backup_last_bytes", "How large it is."),
}


class BackupCollector(Collector):
    """Nothing as long as there was none: an alert notices that, too."""

    def describe(self) -> Iterable[Metric]:
        return [GaugeMetricFamily(name, text) for name, text in _FAMILIES.values()]

    def collect(self) -> Iterator[Metric]:
        # Loaded late: this module is imported while the app is still being set up.
        from backups.lookup import last_backup

        try:
            backup = last_backup()
        except DatabaseError:
            return
        if backup is None:
            return
        values = {"made_at": backup.made_at.timestamp(), "seconds": backup.seconds, "size": backup.size}
        for field, (name, text) in _FAMILIES.items():
            yield GaugeMetricFamily(name, text, value=values[field])


def register_collectors() -> None:
    """Once per process, from `AppConfig.ready`."""
    REGISTRY.register(BackupCollector())
