"""All reads about backups."""

from backups.models import Backup


def last_backup() -> Backup | None:
    return Backup.objects.first()
