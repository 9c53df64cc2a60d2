"""All writes about backups."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from backups.models import Backup
from registry import audit
from registry.models import AuditEntry

KEPT = timedelta(days=400)


def note_backup(manifest: Mapping[str, Any], *, seconds: float, sealed: bool, at: datetime) -> None:
    """One was made. What is over a year old is forgotten."""
    Backup.objects.create(
        archive_id=manifest["id"], made_at=at, seconds=seconds, size=manifest["size"], sealed=sealed
    )
    Backup.objects.filter(made_at__lt=at - KEPT).delete()


def note_restored(manifest: Mapping[str, Any], *, actor: audit.Actor) -> None:
    """This server is what it was then: the audit trail, which ends there, says why it went back."""
    with transaction.atomic():
        audit.add_entry(
            actor,
            AuditEntry.Action.RESTORED,
            "the server",
            reason=f"From the backup {manifest['id']} of {manifest['made_at']}.",
        )
