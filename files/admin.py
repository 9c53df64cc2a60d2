"""The operators' list of attachments. It shows all that the server knows of them: neither names nor contents."""

from django.contrib import admin

from files.models import Attachment
from registry.admin import ShownOnly


@admin.register(Attachment)
class AttachmentAdmin(ShownOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("file_id", "short_key", "state", "cause_code", "size", "announced_at", "ready_at")
    list_filter = ("state", "cause_code", "announced_at")
    search_fields = ("file_id", "uploader_hex")
    search_help_text = "A file's id, or the uploader's key (hex, or its start)."
    fields = (
        "file_id",
        "uploader_hex",
        "state",
        "cause_code",
        "size",
        "chunks",
        "received_count",
        "attempt",
        "digest",
        "announced_at",
        "changed_at",
        "ready_at",
    )
    readonly_fields = fields
    list_per_page = 50

    @admin.display(description="uploader", ordering="uploader_hex")
    def short_key(self, attachment: Attachment) -> str:
        return f"{attachment.uploader_hex[:16]}…"
