"""The Celery app: rooms keep their tasks in `<room>/tasks.py`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kezsite.settings")
app = Celery("kezsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
