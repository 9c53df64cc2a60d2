"""Taking the figures of one moment. What cannot be told is left out: a broker that is away costs only its own."""

import json
import logging
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, IntegrityError, transaction
from redis import Redis
from redis.exceptions import RedisError

from chatbridge import lookup as devices
from chatbridge.broker import backend_connection, system_connection
from chatbridge.jetstream import CONSUMER_NOT_FOUND, JetStreamError, api
from console.models import Sample
from console.task_figures import QUEUED_AT
from files import lookup as files
from files.chunk_stream import CONSUMER
from kezproto.subjects import FILES_STREAM, INBOX_STREAM
from natslink.connection import SupervisedConnection
from natslink.errors import LinkError
from registry import lookup as registry

Figures = dict[str, Any]

FINE = timedelta(days=2)  # so long every sample is kept
COARSE = timedelta(days=32)  # so long one an hour
CONNECT_SECONDS = 3.0
TASK_QUEUE = "celery"

logger = logging.getLogger(__name__)


def take_sample(*, now: datetime) -> Sample:
    """Count everything and store it. Two at one moment are one."""
    figures: Figures = {}
    for count in (_people, _stored, _queue, _broker):
        figures |= _tried(count, now)
    hour = now.replace(minute=0, second=0, microsecond=0)
    try:
        with transaction.atomic():
            return Sample.objects.create(at=now, hour=hour, **figures)
    except IntegrityError:  # this hour has its sample
        sample, _ = Sample.objects.get_or_create(at=now, defaults=figures)
        return sample


def forget_samples(*, now: datetime) -> None:
    """After two days one an hour is kept, after a month none."""
    Sample.objects.filter(at__lt=now - FINE, hour=None).delete()
    Sample.objects.filter(at__lt=now - COARSE).delete()


def _tried(count: Callable[[datetime], Figures], now: datetime) -> Figures:
    try:
        return count(now)
    except (DatabaseError, RedisError, OSError, LinkError, JetStreamError, ImproperlyConfigured) as error:
        logger.warning("A sample is without its figures of %s: %s", count.__name__.strip("_"), error)
        return {}


def _people(now: datetime) -> Figures:
    by_status = registry.count_by_status()
    return {
        "handles": sum(by_status.values()),
        "active_handles": by_status["active"],
        "inboxes": devices.count_inboxes(since=now - timedelta(days=1)),
    }


def _stored(now: datetime) -> Figures:
    number, size = files.count_by_state()["ready"]
    folder = Path(settings.KEZ_FILES_STORAGE["OPTIONS"]["location"])
    # Of a bucket it is a prefix, and how much more fits is nobody's to say.
    room = shutil.disk_usage(folder).free if folder.is_absolute() and folder.is_dir() else None
    return {"files": number, "file_bytes": size or 0, "file_room": room}


def _queue(now: datetime) -> Figures:
    with Redis.from_url(settings.REDIS_URL, socket_timeout=CONNECT_SECONDS) as redis:
        return {"tasks": redis.llen(TASK_QUEUE), "task_age": _age(redis.lindex(TASK_QUEUE, -1), now)}


def _age(oldest: bytes | None, now: datetime) -> float | None:
    """0 of an empty queue; None of a task that does not say since when it waits."""
    if oldest is None:
        return 0.0
    queued_at = json.loads(oldest).get("headers", {}).get(QUEUED_AT)
    return max(0.0, now.timestamp() - queued_at) if isinstance(queued_at, float) else None


def _broker(now: datetime) -> Figures:
    return async_to_sync(_ask_broker)()


async def _ask_broker() -> Figures:
    backend, system = backend_connection(), system_connection()
    try:
        await backend.start(timeout=CONNECT_SECONDS)
        inboxes = (await api(backend, f"STREAM.INFO.{INBOX_STREAM}"))["state"]
        chunks = (await api(backend, f"STREAM.INFO.{FILES_STREAM}"))["state"]
        uncounted = await _uncounted(backend)
        await system.start(timeout=CONNECT_SECONDS)
        question = json.dumps({"config": True}).encode()
        answers = await system.request_many("$SYS.REQ.SERVER.PING.JSZ", question, window=0.4)
    finally:
        await backend.close()
        await system.close()
    reports = [json.loads(answer.data) for answer in answers]
    # Of a cluster, the server with the least room left.
    fullest = max((_used_and_room(report) for report in reports), key=lambda pair: pair[0] / (pair[1] or 1))
    return {
        "messages": inboxes["last_seq"],
        "waiting": inboxes["messages"],
        "inbox_bytes": inboxes["bytes"],
        "readers": inboxes["consumer_count"],
        "chunks": chunks["messages"],
        "chunk_bytes": chunks["bytes"],
        "uncounted": uncounted,
        "broker_bytes": fullest[0],
        "broker_room": fullest[1],
        "broker_version": ", ".join(sorted({str(report["server"].get("ver", "?")) for report in reports}))[
            :32
        ],
    }


async def _uncounted(backend: SupervisedConnection) -> int | None:
    """None as long as no ingest has ever run."""
    try:
        info = await api(backend, f"CONSUMER.INFO.{FILES_STREAM}.{CONSUMER}")
    except JetStreamError as error:
        if error.err_code != CONSUMER_NOT_FOUND:
            raise
        return None
    return int(info["num_pending"]) + int(info["num_ack_pending"])


def _used_and_room(report: Figures) -> tuple[int, int | None]:
    data = report.get("data") or {}
    room = int((data.get("config") or {}).get("max_storage", 0))
    return int(data.get("storage", 0)), room if room > 0 else None
