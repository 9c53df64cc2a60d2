"""Reports, with the messages that the reporter chose to open to the operators."""

from django.conf import settings
from django.db import models

from registry.models import Handle


class Report(models.Model):
    """What one person reported of one handle. Text and messages go when it has been closed for a while."""

    class Category(models.TextChoices):
        SPAM = "spam", "spam or scam"
        HARASSMENT = "harassment", "harassment or threats"
        IMPERSONATION = "impersonation", "pretends to be somebody else"
        ILLEGAL = "illegal", "illegal content"
        OTHER = "other", "something else"

    class State(models.TextChoices):
        NEW = "new"
        ASSIGNED = "assigned"
        RESOLVED = "resolved"
        REJECTED = "rejected"

    report_id = models.CharField(
        max_length=32, help_text="32 hex digits that the reporter's client drew at random."
    )
    reporter = models.ForeignKey(Handle, on_delete=models.PROTECT, related_name="reports_made")
    handle = models.ForeignKey(
        Handle, on_delete=models.PROTECT, related_name="reports_received", verbose_name="reported handle"
    )
    category = models.CharField(max_length=32, choices=Category, db_index=True)
    text = models.TextField(blank=True)
    message_count = models.PositiveSmallIntegerField("opened messages", default=0)
    # The whole signed object, messages included; null once it was erased.
    document = models.JSONField(null=True, help_text="The signed report.")
    state = models.CharField(max_length=16, choices=State, default=State.NEW)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    outcome = models.CharField(max_length=1000, blank=True, help_text="The reporter reads it.")
    created_at = models.DateTimeField(db_index=True)
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        permissions = (("handle_report", "Can take, resolve and reject reports"),)
        indexes = (models.Index(fields=("state", "created_at"), name="report_queue"),)
        constraints = (
            models.UniqueConstraint(fields=("reporter", "report_id"), name="a_report_is_stored_once"),
        )

    def __str__(self) -> str:
        return f"{self.report_id[:8]} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.NEW, self.State.ASSIGNED)
