"""Attachments: all that the server knows of them, which is neither names nor contents; removed by a deed."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from console.deeds import Deed
from console.keys import stored_form
from console.pages import ShownOnly
from files import services
from files.models import Attachment
from registry.models import Handle

_GONE = (Attachment.State.EXPIRED, Attachment.State.REMOVED)


def _remove(attachment: Attachment, *, actor: Any, reason: str) -> None:
    services.remove_attachment(attachment, actor=actor, reason=reason, now=timezone.now())


@admin.register(Attachment)
class AttachmentAdmin(ShownOnly):
    list_display = ("file_id", "uploader", "state", "cause_code", "shown_size", "announced_at", "ready_at")
    list_filter = ("state", "cause_code", "announced_at")
    search_fields = ("file_id", "uploader_hex")
    search_help_text = "A file's id, or its uploader's handle or key."
    fields = (
        "file_id",
        "uploader",
        "uploader_hex",
        "state",
        "cause_code",
        "shown_size",
        "chunks",
        "received_count",
        "attempt",
        "digest",
        "announced_at",
        "changed_at",
        "ready_at",
    )
    readonly_fields = fields
    date_hierarchy = "announced_at"
    sortable_by = ("announced_at",)
    deeds = (
        Deed(
            "remove",
            "Remove",
            "removed",
            "Its bytes are deleted, nobody can fetch it any more, and it can't be sent again under the same id.",
            "files.remove_attachment",
            _remove,
            fits=lambda attachment: attachment.state not in _GONE,
            dangerous=True,
        ),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = stored_form(search_term)
        if not term:
            return queryset, False
        owner = Handle.objects.filter(local=term).values_list("primary_hex", flat=True).first()
        return queryset.filter(Q(file_id=term) | Q(uploader_hex=owner or term)), False

    @admin.display(description="uploader")
    def uploader(self, attachment: Attachment) -> str:
        return f"{attachment.uploader_hex[:16]}…"

    @admin.display(description="size", ordering="size")
    def shown_size(self, attachment: Attachment) -> str:
        return filesizeformat(attachment.size)
