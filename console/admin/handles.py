"""Handles: found, looked at, suspended, reinstated, released, noted. Nothing else about them can change."""

import json
import re
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.admin.handle_deeds import DEEDS
from console.admin.handle_filters import LastSeen, Reported
from console.admin.handle_list import HandleList
from console.admin.handle_sections import sections_of
from console.keys import stored_form
from console.pages import ShownOnly
from console.sections import Section
from registry import documents
from registry.models import Handle

KEY_START = re.compile(r"[0-9a-f]{12,64}")


@admin.register(Handle)
class HandleAdmin(ShownOnly):
    list_display = ("local", "status", "open_reports", "registered_at", "last_seen", "short_key")
    list_filter = ("status", LastSeen, Reported, "well_known", "registered_at")
    date_hierarchy = "registered_at"
    search_fields = ("local", "primary_hex")
    search_help_text = "A handle, a key (ed25519:… or the start of its hex), or an nkey (U…)."
    fields = (
        "local",
        "status",
        "well_known",
        "key",
        "sigchain",
        "registered_at",
        "invite",
        "signed_registration",
    )
    readonly_fields = fields
    sortable_by = ("local", "registered_at")
    deeds = DEEDS

    def line_of(self, row: Handle) -> str:
        return f"{row.local}, {row.get_status_display().lower()}, key {row.primary_hex}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A key by its beginning, a name by any part of it: each has an index that holds all it takes."""
        term = stored_form(search_term)
        if not term:
            return queryset, False
        if KEY_START.fullmatch(term):
            found = queryset.filter(primary_hex__gte=term, primary_hex__lte=term + "g")
        else:
            found = queryset.filter(local__contains=term)
        return found, False

    def sections(self, request: HttpRequest, row: Handle) -> list[Section]:
        return sections_of(row)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # The signed claim is most of a row, and a list does not show it.
        return super().get_queryset(request).defer("registration")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[HandleList]:
        return HandleList

    @admin.display(description="key", ordering="primary_hex")
    def short_key(self, handle: Handle) -> str:
        return f"{handle.primary_hex[:12]}…"

    @admin.display(description="last seen")
    def last_seen(self, handle: Any) -> datetime | None:
        return handle.last_seen  # type: ignore[no-any-return]

    @admin.display(description="open reports")
    def open_reports(self, handle: Any) -> int | None:
        return handle.open_reports or None

    @admin.display(description="key")
    def key(self, handle: Handle) -> SafeString:
        return format_html("<code>{}</code>", handle.primary)

    @admin.display(description="sigchain")
    def sigchain(self, handle: Handle) -> SafeString:
        """The profile page shows the chain replayed; it is only there while the handle is active."""
        chain = documents.sigchain_url(handle)
        if handle.status != Handle.Status.ACTIVE:
            return format_html('<a href="{}">events</a>', chain)
        return format_html(
            '<a href="{}">profile</a>, <a href="{}">events</a>', documents.profile_url(handle), chain
        )

    @admin.display(description="registration")
    def signed_registration(self, handle: Handle) -> SafeString:
        return format_html(
            '<pre tabindex="0">{}</pre>', json.dumps(handle.registration, indent=2, sort_keys=True)
        )
