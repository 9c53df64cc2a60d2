"""What became of tasks, counted in Valkey: workers serve no metrics of their own, and come and go."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from celery import signals
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

KEY = "kez:tasks"
QUEUED_AT = "kez_queued_at"  # a header of each task: when it was put into the queue
PATIENCE_SECONDS = 2.0
RESULTS = {"SUCCESS": "done", "FAILURE": "failed", "RETRY": "retried"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TaskFigure:
    """How often tasks of a name ended so, and how long they took together."""

    name: str
    result: str
    runs: int
    seconds: float


def connect() -> None:
    """Once per process; Celery's signals come where tasks are put into the queue and where they run."""
    signals.before_task_publish.connect(_mark, dispatch_uid="tasks say since when they wait")
    signals.task_prerun.connect(_begin, dispatch_uid="tasks are timed")
    signals.task_postrun.connect(_count, dispatch_uid="tasks are counted")


def figures() -> Iterator[TaskFigure]:
    """Since Valkey's data were made. Raises a RedisError."""
    with _valkey() as valkey:
        told: dict[bytes, bytes] = valkey.hgetall(KEY)
    values = {key.decode(): value for key, value in told.items()}
    for key, value in sorted(values.items()):
        name, result, what = key.split("|")
        if what == "runs":
            yield TaskFigure(name, result, int(value), float(values.get(f"{name}|{result}|seconds", 0)))


def _mark(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is not None:
        headers[QUEUED_AT] = time.time()


def _begin(task: Any = None, **_: Any) -> None:
    if task is not None:
        task.request.kez_began = time.monotonic()


def _count(task: Any = None, state: str | None = None, **_: Any) -> None:
    if task is None or state not in RESULTS:
        return
    seconds = time.monotonic() - getattr(task.request, "kez_began", time.monotonic())
    key = f"{task.name}|{RESULTS[state]}"
    try:
        with _valkey() as valkey, valkey.pipeline() as together:
            together.hincrby(KEY, f"{key}|runs", 1)
            together.hincrbyfloat(KEY, f"{key}|seconds", seconds)
            together.execute()
    except (RedisError, OSError) as error:
        logger.debug("A task was not counted: %s", error)


def _valkey() -> "Redis":
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
    )
