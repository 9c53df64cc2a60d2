"""Registrations that wait for an operator."""

from django.db import models

from registry.models.handles import Handle


class PendingRegistration(models.Model):
    """A verified claim, where operators decide on each. While it waits, nobody else can claim the name."""

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        DECLINED = "declined"

    local = models.CharField("handle", max_length=32)
    primary_hex = models.CharField("key", max_length=64, db_index=True)
    registration = models.JSONField(help_text="The signed object that claims the handle.")
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(
        max_length=500, blank=True, help_text="Of a refusal: the person who asked reads it."
    )
    handle = models.OneToOneField(
        Handle, on_delete=models.PROTECT, null=True, blank=True, related_name="pending"
    )

    class Meta:
        ordering = ("asked_at", "pk")
        permissions = (("decide_registration", "Can approve and decline registrations"),)
        indexes = (models.Index(fields=("state", "asked_at"), name="pending_queue"),)
        constraints = (
            models.UniqueConstraint(
                fields=("local",), condition=models.Q(state="waiting"), name="one_waits_for_a_name"
            ),
            models.UniqueConstraint(
                fields=("primary_hex",), condition=models.Q(state="waiting"), name="a_key_waits_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.local} ({self.state})"
