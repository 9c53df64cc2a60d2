"""Celery tasks of the NATS room."""

from typing import Any

from celery import shared_task

from chatbridge.kick import kick_now
from chatbridge.metrics import KICKS
from natslink.errors import LinkError


@shared_task(
    bind=True,
    autoretry_for=(LinkError,),
    retry_backoff=1,
    retry_backoff_max=60,
    max_retries=20,
)
def kick_primary(task: Any, primary_hex: str) -> int:
    """Cut all connections of a suspended key; tried again while the broker is out of reach."""
    kicked = kick_now(primary_hex)
    KICKS.labels("suspended").inc(kicked)
    return kicked
