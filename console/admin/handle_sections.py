"""What all rooms know about one handle, for its page."""

from django.urls import reverse
from django.utils import timezone

from chatbridge import lookup as devices
from console.charts import shown_bytes
from console.sections import Cell, Section
from files import lookup as files
from files.quotas import limits_of
from registry.models import AuditEntry, Handle
from reports.models import Report

SHOWN = 20
SHOWN_ACTOR = 40


def sections_of(handle: Handle) -> list[Section]:
    return [_devices(handle), _storage(handle), _reports(handle), _trail(handle)]


def _devices(handle: Handle) -> Section:
    rows = [(row.device, row.created, row.last_seen) for row in devices.devices_of(handle.primary)]
    empty = "No device has connected yet, or none for a long time."
    return Section("Devices seen", ("device", "first seen", "last seen"), rows, empty)


def _storage(handle: Handle) -> Section:
    used, limits = files.usage(handle.primary, now=timezone.now()), limits_of(handle.primary)
    row = (
        f"{shown_bytes(used.stored)} of {shown_bytes(limits.stored)}",
        f"{shown_bytes(used.in_flight)} of {shown_bytes(limits.in_flight)}",
        f"{used.today} of {limits.per_day}",
    )
    more = f"{reverse('admin:files_attachment_changelist')}?q={handle.local}"
    return Section("Attachments", ("stored", "being uploaded", "announced in 24 hours"), [row], "", more)


def _reports(handle: Handle) -> Section:
    received = Report.objects.filter(handle=handle)[:SHOWN]
    rows = [
        (
            Cell(report.report_id[:8], reverse("admin:reports_report_change", args=[report.pk])),
            report.created_at,
            report.get_category_display(),
            report.get_state_display(),
        )
        for report in received
    ]
    more = f"{reverse('admin:reports_report_changelist')}?handle__id__exact={handle.pk}" if rows else ""
    return Section("Reports received", ("report", "when", "category", "state"), rows, "None.", more)


def _trail(handle: Handle) -> Section:
    entries = AuditEntry.objects.filter(handle=handle)[:SHOWN]
    rows = [
        (
            Cell(entry.seq, reverse("admin:registry_auditentry_change", args=[entry.pk])),
            entry.at,
            entry.actor if len(entry.actor) < SHOWN_ACTOR else f"{entry.actor[:20]}…",
            entry.get_action_display(),
            entry.reason,
        )
        for entry in entries
    ]
    more = f"{reverse('admin:registry_auditentry_changelist')}?handle__id__exact={handle.pk}"
    return Section("Audit trail", ("number", "when", "who", "what", "why"), rows, "Nothing yet.", more)
