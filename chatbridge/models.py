"""Devices: one row for each reader of an inbox, with the place up to which it has read."""

from django.db import models


class Device(models.Model):
    """A CLI or browser of the owner of `primary_hex`. Clients know messages by id, so a cursor may lag, never lead."""

    primary_hex = models.CharField(max_length=64)
    device = models.CharField(max_length=16)
    cursor = models.PositiveBigIntegerField(
        default=0, help_text="Stream sequence up to which everything is acknowledged."
    )
    created = models.DateTimeField()
    last_seen = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["primary_hex", "device"], name="one_row_for_each_device")
        ]

    def __str__(self) -> str:
        return f"{self.primary_hex[:8]}…-{self.device}"
