"""Celery tasks of reports."""

from celery import shared_task
from django.utils import timezone

from reports.filing import erase_old_reports


@shared_task
def erase() -> int:
    """Forget what was told in reports that have been closed for long."""
    return erase_old_reports(now=timezone.now())
