"""Handles: a name is given out once, for good."""

from django.core.exceptions import ValidationError
from django.db import models

from kezproto.errors import BadHandle
from kezproto.handles import check_local
from kezproto.keys import Primary
from registry.models.fields import SkeletonField
from registry.models.invites import Invite


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
    skeleton = SkeletonField(max_length=32, of="local")
    primary_hex = models.CharField("key", max_length=64, unique=True, help_text="ed25519, 64 hex digits.")
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE, db_index=True)
    well_known = models.BooleanField(default=False, help_text="Nobody can register a name that looks alike.")
    registered_at = models.DateTimeField(db_index=True)
    registration = models.JSONField(help_text="The signed object that claimed the handle, kept as evidence.")
    invite = models.ForeignKey(
        Invite, on_delete=models.PROTECT, null=True, blank=True, related_name="handles"
    )

    class Meta:
        ordering = ("local",)
        permissions = (
            ("moderate_handle", "Can suspend, reinstate and note handles"),
            ("release_handle", "Can release handles for good and mark them as well known"),
        )
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
