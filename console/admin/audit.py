"""The logs: read, checked, exported, never changed."""

from django.contrib import admin

from console.pages import ShownOnly
from registry.models import AuditEntry, TransparencyEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ShownOnly):
    list_display = ("seq", "at", "actor", "action", "name", "reason")
    list_filter = ("action", "at")
    search_fields = ("name", "actor", "reason")
    search_help_text = "A name, an actor (a key or an operator), or words of a reason."
    fields = ("seq", "at", "actor", "action", "name", "handle", "reason", "prev", "hash")
    readonly_fields = fields
    sortable_by = ("seq",)


@admin.register(TransparencyEntry)
class TransparencyEntryAdmin(ShownOnly):
    """What the public reads at /v1/transparency."""

    list_display = ("seq", "at", "action", "handle", "count")
    list_filter = ("action",)
    search_fields = ("handle",)
    fields = ("seq", "at", "action", "handle", "count", "prev", "hash")
    readonly_fields = fields
    sortable_by = ("seq",)
