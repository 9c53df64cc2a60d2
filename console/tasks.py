"""Celery tasks of the desk: the figures of each minute."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from console.sampling import forget_samples, take_sample


@shared_task(ignore_result=True)
def sample() -> None:
    """Every minute or so."""
    take_sample(now=timezone.now())


@shared_task(ignore_result=True)
def tidy() -> None:
    """Every hour: old samples go, and sessions that have ended."""
    forget_samples(now=timezone.now())
    call_command("clearsessions")
