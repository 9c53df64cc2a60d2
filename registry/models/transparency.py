"""What operators did to handles, as everybody may read it."""

from typing import Any

from django.db import models
from django.utils import timezone

from kezproto.timestamps import format_timestamp
from registry.models.append_only import LinkedEntry


class TransparencyEntry(LinkedEntry):
    """Written with the audit entry of the deed. Neither the operator's name nor the reason is public."""

    class Action(models.TextChoices):
        SUSPENDED = "suspended"
        REINSTATED = "reinstated"
        RELEASED = "released"
        RESERVED = "reserved"
        UNRESERVED = "unreserved"

    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=32, choices=Action)
    handle = models.CharField(max_length=32, blank=True, help_text="Empty where only a number is public.")
    count = models.PositiveIntegerField(default=1, help_text="How many names it was done to at once.")

    class Meta:
        ordering = ("-seq",)
        verbose_name_plural = "transparency entries"

    def __str__(self) -> str:
        return f"{self.handle or self.count} {self.action}"

    def content(self) -> dict[str, Any]:
        return {
            "at": format_timestamp(self.at),
            "action": self.action,
            "handle": self.handle or None,
            "count": self.count,
        }
