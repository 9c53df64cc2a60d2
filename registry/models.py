"""The registry's tables. Handles and audit entries are never deleted: a name is given out once, for good."""

from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models

from kezproto.errors import BadHandle
from kezproto.handles import check_local
from kezproto.keys import Primary
from registry.reserved import skeleton


def validate_local(text: str) -> None:
    """ValidationError unless `text` could be a handle."""
    try:
        check_local(text)
    except BadHandle as error:
        raise ValidationError(str(error)) from error


class Handle(models.Model):
    """A handle of this server, bound to one key. Both are unique for ever, whatever the status."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        RELEASED = "released"

    local = models.CharField("handle", max_length=32, unique=True, help_text="The part before the @.")
    primary_hex = models.CharField("key", max_length=64, unique=True, help_text="ed25519, 64 hex digits.")
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE, db_index=True)
    registered_at = models.DateTimeField()
    registration = models.JSONField(help_text="The signed object that claimed the handle, kept as evidence.")

    class Meta:
        ordering = ("local",)
        permissions = (("moderate_handle", "Can suspend and reinstate handles"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(status__in=("active", "suspended", "released")), name="handle_status_known"
            ),
        )

    def __str__(self) -> str:
        return self.local

    @property
    def primary(self) -> Primary:
        return Primary.from_hex(self.primary_hex)


class Reservation(models.Model):
    """A name that an operator keeps from being registered, besides those that ship with the software."""

    name = models.CharField(
        max_length=32,
        unique=True,
        validators=(validate_local,),
        help_text="Lower case, as a handle is written. Look-alikes with - and _ are reserved with it.",
    )
    # What look-alikes share: `support`, `sup-port` and `support_` are one reservation.
    skeleton = models.CharField(max_length=32, db_index=True, editable=False)
    reason = models.CharField(
        max_length=200, blank=True, help_text="For other operators; never shown in public."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.skeleton = skeleton(self.name)
        super().save(*args, **kwargs)


class AppendOnly(models.QuerySet["AuditEntry"]):
    """Rows that are added and read, nothing else."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("An audit entry is never changed.")

    def delete(self) -> NoReturn:
        raise TypeError("An audit entry is never deleted.")


class AuditEntry(models.Model):
    """Who did what to which name, and why. Written inside the transaction of the deed; never changed."""

    class Action(models.TextChoices):
        REGISTERED = "registered"
        SUSPENDED = "suspended"
        REINSTATED = "reinstated"
        RESERVED = "reserved"
        UNRESERVED = "unreserved"

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.CharField(max_length=200, help_text="A key, or `operator:` and the operator's name.")
    action = models.CharField(max_length=16, choices=Action)
    name = models.CharField(max_length=32, db_index=True, help_text="The name that it was done to.")
    handle = models.ForeignKey(
        Handle, on_delete=models.PROTECT, null=True, blank=True, related_name="audit_entries"
    )
    reason = models.CharField(max_length=500, blank=True)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.name} {self.action} by {self.actor}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("An audit entry is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("An audit entry is never deleted.")
