"""Names that an operator keeps from being registered, besides those that ship with the software."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from kezproto.errors import BadKey
from kezproto.keys import Primary
from registry.models.fields import SkeletonField
from registry.patterns import check_name_or_pattern, is_pattern


def validate_name_or_pattern(text: str) -> None:
    """ValidationError unless `text` could be a handle, or is a pattern such as `town-*`."""
    try:
        check_name_or_pattern(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def validate_primary_hex(text: str) -> None:
    """ValidationError unless `text` is a usable key as 64 hex digits."""
    try:
        Primary.from_hex(text)
    except BadKey as error:
        raise ValidationError(str(error)) from error


class Reservation(models.Model):
    """A name, or with `*` a pattern of names. With a key, that key alone may claim it."""

    name = models.CharField(
        "name or pattern",
        max_length=40,
        unique=True,
        validators=(validate_name_or_pattern,),
        help_text="Lower case, as a handle is written; * stands for any characters. Look-alikes are reserved with it.",
    )
    # What look-alikes share: `support`, `sup-port` and `supp0rt` are one reservation.
    skeleton = SkeletonField(max_length=40, of="name")
    is_pattern = models.BooleanField(default=False, db_index=True, editable=False)
    primary_hex = models.CharField(
        "for the key",
        max_length=64,
        blank=True,
        validators=(validate_primary_hex,),
        help_text="64 hex digits. Only this key can claim the name; empty: nobody can.",
    )
    reason = models.CharField(
        max_length=200, blank=True, help_text="For other operators; never shown in public."
    )
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on the name is free again; empty: never."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.is_pattern = is_pattern(self.name)
        super().save(*args, **kwargs)
