"""Who did what to which name, and why."""

from typing import Any

from django.db import models
from django.utils import timezone

from kezproto.timestamps import format_timestamp
from registry.models.append_only import LinkedEntry
from registry.models.handles import Handle


class AuditEntry(LinkedEntry):
    """Written inside the transaction of the deed (registry/audit.py); never changed."""

    class Action(models.TextChoices):
        # People
        REGISTERED = "registered"
        ASKED = "asked", "asked to register"
        # Moderation
        SUSPENDED = "suspended"
        REINSTATED = "reinstated"
        RELEASED = "released"
        NOTED = "noted"
        WELL_KNOWN = "well_known", "marked as well known"
        NOT_WELL_KNOWN = "not_well_known", "no longer marked as well known"
        # Who may register what
        RESERVED = "reserved"
        UNRESERVED = "unreserved"
        INVITED = "invited", "invite made"
        INVITE_REVOKED = "invite_revoked"
        APPROVED = "approved"
        DECLINED = "declined"
        # Reports
        REPORT_ASSIGNED = "report_assigned"
        REPORT_UNASSIGNED = "report_unassigned"
        REPORT_RESOLVED = "report_resolved"
        REPORT_REJECTED = "report_rejected"
        REPORT_REOPENED = "report_reopened"
        # Files
        FILE_REMOVED = "file_removed"
        QUOTA_SET = "quota_set"
        # The operators themselves
        ROLE_SET = "role_set"
        SECOND_FACTOR_RESET = "second_factor_reset"
        EXPORTED = "exported"
        # The server
        RESTORED = "restored", "restored from a backup"

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=200, help_text="A key, or `operator:` and the operator's name.")
    action = models.CharField(max_length=32, choices=Action)
    name = models.CharField(max_length=64, db_index=True, help_text="What it was done to, mostly a handle.")
    handle = models.ForeignKey(
        Handle, on_delete=models.PROTECT, null=True, blank=True, related_name="audit_entries"
    )
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-seq",)
        permissions = (("export_auditentry", "Can check and export the audit trail"),)
        verbose_name_plural = "audit entries"
        indexes = (models.Index(fields=("action", "seq"), name="audit_by_action"),)

    def __str__(self) -> str:
        return f"{self.name} {self.action} by {self.actor}"

    def content(self) -> dict[str, Any]:
        return {
            "at": format_timestamp(self.at),
            "actor": self.actor,
            "action": self.action,
            "name": self.name,
            "handle": self.handle_id,
            "reason": self.reason,
        }
