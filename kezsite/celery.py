"""The Celery app: rooms keep their tasks in `<room>/tasks.py`."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kezsite.settings")
app = Celery("kezsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def finish_what_was_begun(**_: Any) -> None:
    """A supervisor may signal the whole group: the worker then stops in order, and the task at work in its pool must
    not be killed meanwhile."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
