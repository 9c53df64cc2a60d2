"""The people at the desk, and the figures that they see there."""

from django.contrib.auth.models import User
from django.db import models


class Operator(User):
    """Somebody who may log in at /admin/: one of Django's users, with one role. Handles are never operators."""

    class Meta:
        proxy = True
        ordering = ("username",)
        default_permissions = ("view", "change")


class Sample(models.Model):
    """What a server counted at one moment, for the charts. None: it could not be told. The beat orders one a minute."""

    at = models.DateTimeField(unique=True)
    hour = models.DateTimeField(
        null=True, unique=True, help_text="Of the first one in an hour: kept for longer."
    )
    handles = models.PositiveBigIntegerField(null=True, help_text="Ever registered, whatever became of them.")
    active_handles = models.PositiveBigIntegerField(null=True)
    inboxes = models.PositiveBigIntegerField(null=True, help_text="With a device that was seen within a day.")
    messages = models.PositiveBigIntegerField(null=True, help_text="Ever taken by the stream of inboxes.")
    waiting = models.PositiveBigIntegerField(null=True, help_text="Messages that the broker holds.")
    inbox_bytes = models.PositiveBigIntegerField(null=True, help_text="Their size.")
    readers = models.PositiveBigIntegerField(
        null=True, help_text="Consumers of devices that read now or lately."
    )
    chunks = models.PositiveBigIntegerField(null=True, help_text="Chunks that the broker holds.")
    chunk_bytes = models.PositiveBigIntegerField(null=True, help_text="Their size.")
    uncounted = models.PositiveBigIntegerField(
        null=True, help_text="Chunks that the ingest has yet to count."
    )
    broker_bytes = models.PositiveBigIntegerField(null=True, help_text="What JetStream has on its disk.")
    broker_room = models.PositiveBigIntegerField(null=True, help_text="What it may have there.")
    broker_version = models.CharField(max_length=32, blank=True)
    files = models.PositiveBigIntegerField(null=True, help_text="Attachments that are stored.")
    file_bytes = models.PositiveBigIntegerField(null=True)
    file_room = models.PositiveBigIntegerField(null=True, help_text="Free for more; only of a folder.")
    tasks = models.PositiveBigIntegerField(null=True, help_text="Tasks that wait for a worker.")
    task_age = models.FloatField(null=True, help_text="Seconds for which the oldest of them has waited.")

    class Meta:
        ordering = ("-at",)
        default_permissions = ()
        permissions = (("see_dashboard", "Can see the dashboard"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
