"""Tables whose rows are added and read, nothing else. The database itself refuses the rest: registry/triggers.py."""

from typing import Any, NoReturn

from django.db import models

_NEVER_CHANGED = "An entry is never changed."
_NEVER_DELETED = "An entry is never deleted."


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError(_NEVER_CHANGED)

    def delete(self) -> NoReturn:
        raise TypeError(_NEVER_DELETED)


class LinkedEntry(models.Model):
    """An entry of a log in which each row carries the hash of the one before it, so that no change goes unseen.

    `hash` is over the RFC 8785 form of what `content()` returns together with `seq` and `prev` (registry/links.py).
    """

    seq = models.PositiveBigIntegerField("number", unique=True, help_text="Counts from 1 without gaps.")
    prev = models.CharField(
        max_length=71, blank=True, help_text="Hash of the entry before; empty in the first."
    )
    hash = models.CharField(max_length=71, help_text="sha256 over this entry and the hash before it.")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(_NEVER_CHANGED)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(_NEVER_DELETED)

    def content(self) -> dict[str, Any]:
        """What the hash covers beside `seq` and `prev`: plain JSON values."""
        raise NotImplementedError
