# The Celery app must exist before any `shared_task` is called; Django imports this package first.
from kezsite.celery import app as celery_app

__all__ = ["celery_app"]
