"""All writes about backups."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from backups.models import Backup

KEPT = timedelta(days=400)


def note_backup(manifest: Mapping[str, Any], *, seconds: float, sealed: bool, at: datetime) -> None:
    """One was made. What is over a year old is forgotten."""
    Backup.objects.create(
        archive_id=manifest["id"], made_at=at, seconds=seconds, size=manifest["size"], sealed=sealed
    )
    Backup.objects.filter(made_at__lt=at - KEPT).delete()
