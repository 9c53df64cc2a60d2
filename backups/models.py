"""When backups were made: for the metric of the last one's age. What is in them, they say themselves."""

from django.db import models


class Backup(models.Model):
    """One backup that came to its end."""

    archive_id = models.CharField(max_length=16)
    made_at = models.DateTimeField(db_index=True)
    seconds = models.FloatField()
    size = models.PositiveBigIntegerField(help_text="Bytes of the archive.")
    sealed = models.BooleanField()

    class Meta:
        ordering = ("-made_at",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.archive_id} {self.made_at:%Y-%m-%d %H:%M}"
