"""Attachments: all that the server knows of them, which is neither names nor contents; removed by a deed."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.charts import shown_bytes
from console.deeds import Deed
from console.keys import stored_form
from console.pages import ShownOnly
from files import services
from files.models import Attachment
from registry import lookup
from registry.models import Handle

_GONE = (Attachment.State.EXPIRED, Attachment.State.REMOVED)


def _remove(attachment: Attachment, *, actor: Any, reason: str) -> None:
    services.remove_attachment(attachment, actor=actor, reason=reason, now=timezone.now())


class Size(admin.SimpleListFilter):
    title = "size"
    parameter_name = "size"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(least), f"{shown_bytes(least)} and more") for least in (100_000, 1_000_000, 5_000_000)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(size__gte=int(chosen)) if chosen else queryset


class AttachmentList(ChangeList):
    """One page of the list, with the handles of the uploaders: one query for all of them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        files: list[Any] = list(self.result_list)
        keys = {file.uploader_hex for file in files}
        handles = {handle.primary_hex: handle for handle in Handle.objects.filter(primary_hex__in=keys)}
        for file in files:
            file.owner = handles.get(file.uploader_hex)
        self.result_list = files


@admin.register(Attachment)
class AttachmentAdmin(ShownOnly):
    list_display = ("file_id", "uploader", "state", "shown_size", "announced_at", "ready_at")
    list_filter = ("state", Size, "cause_code", "announced_at")
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
    sortable_by = ("announced_at", "shown_size")
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

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[AttachmentList]:
        return AttachmentList

    @admin.display(description="uploader")
    def uploader(self, attachment: Any) -> SafeString | str:
        """The handle, with the way to its page; of a key that has none, the key."""
        listed = hasattr(attachment, "owner")
        owner = attachment.owner if listed else lookup.handle_of_key(attachment.uploader)
        if owner is None:
            return f"{attachment.uploader_hex[:16]}…"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:registry_handle_change", args=[owner.pk]), owner
        )

    @admin.display(description="size", ordering="size")
    def shown_size(self, attachment: Attachment) -> str:
        return shown_bytes(attachment.size)
