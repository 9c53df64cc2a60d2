"""Celery tasks of the room of files. None is ever tried again by Celery: what did not work, a sweep finds."""

import logging

from asgiref.sync import async_to_sync
from celery import shared_task
from celery.signals import worker_init
from django.utils import timezone

from chatbridge.jetstream import JetStreamError
from files import housekeeping
from files.finalising import finalise_file
from files.readiness import require_storage
from files.storage import StorageFailed
from natslink.errors import LinkError

logger = logging.getLogger(__name__)

OUT_OF_REACH = (LinkError, JetStreamError, StorageFailed)


@shared_task(ignore_result=True)
def finalise(file_id: str) -> None:
    """Put a complete file together. Harmless when it is done already, or by two at once."""
    try:
        async_to_sync(finalise_file)(file_id)
    except OUT_OF_REACH as error:
        logger.warning("A file waits to be finalised: %s", error)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Every few seconds: hand out again what a worker that died, or could not, has left."""
    housekeeping.hand_out_overdue(now=timezone.now())


@shared_task(ignore_result=True)
def expire() -> None:
    """Every minute or so: end files and uploads whose time is over."""
    try:
        async_to_sync(housekeeping.expire)(now=timezone.now())
    except OUT_OF_REACH as error:
        logger.warning("Expired chunks stay for now: %s", error)


@shared_task(ignore_result=True)
def tidy() -> None:
    """Now and then: compare stream, storage and database, and remove what belongs to nobody."""
    try:
        async_to_sync(housekeeping.tidy)(now=timezone.now())
    except OUT_OF_REACH as error:
        logger.warning("This round of tidying failed, the next one does its work: %s", error)


@worker_init.connect
def refuse_without_storage(**_: object) -> None:
    """A worker that cannot store would take every upload and finish none."""
    require_storage()
