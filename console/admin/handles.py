"""Handles: found, looked at, suspended, reinstated, released, noted. Nothing else about them can change."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chatbridge import lookup as devices
from console.deeds import Deed
from console.pages import ShownOnly
from console.sections import Cell, Section
from kezproto.errors import BadNkey
from kezproto.keys import KEY_PREFIX
from kezproto.nkeys import primary_of_nkey
from registry import documents, services
from registry.models import AuditEntry, Handle

SHOWN_ENTRIES = 20
_ACTIVE, _SUSPENDED, _RELEASED = Handle.Status.ACTIVE, Handle.Status.SUSPENDED, Handle.Status.RELEASED


def _mark_well_known(handle: Handle, *, actor: Any, reason: str) -> None:
    services.mark_well_known(handle, True, actor=actor, reason=reason)


def _unmark_well_known(handle: Handle, *, actor: Any, reason: str) -> None:
    services.mark_well_known(handle, False, actor=actor, reason=reason)


DEEDS = (
    Deed(
        "suspend",
        "Suspend",
        "suspended",
        "Look-ups answer as if it had never been registered, and its connections are cut at once. Nobody else can "
        "register it, and it can be reinstated.",
        "registry.moderate_handle",
        services.suspend_handle,
        fits=lambda handle: handle.status == _ACTIVE,
        dangerous=True,
    ),
    Deed(
        "reinstate",
        "Reinstate",
        "reinstated",
        "It is found again in look-ups, and its key can connect again.",
        "registry.moderate_handle",
        services.reinstate_handle,
        fits=lambda handle: handle.status == _SUSPENDED,
    ),
    Deed(
        "note",
        "Note",
        "noted",
        "A remark for other operators, in the audit trail. Nothing else changes.",
        "registry.moderate_handle",
        services.note_handle,
        from_list=False,
    ),
    Deed(
        "well-known",
        "Mark as well known",
        "marked as well known",
        "Nobody can register a name that looks alike.",
        "registry.release_handle",
        _mark_well_known,
        fits=lambda handle: not handle.well_known and handle.status != _RELEASED,
        from_list=False,
    ),
    Deed(
        "not-well-known",
        "No longer well known",
        "no longer marked as well known",
        "Names that look alike can be registered again.",
        "registry.release_handle",
        _unmark_well_known,
        fits=lambda handle: handle.well_known,
        from_list=False,
    ),
    Deed(
        "release",
        "Release",
        "released",
        "It ends for good: neither the name nor its key is ever registered here again. There is no way back.",
        "registry.release_handle",
        services.release_handle,
        fits=lambda handle: handle.status != _RELEASED,
        from_list=False,
        dangerous=True,
    ),
)


@admin.register(Handle)
class HandleAdmin(ShownOnly):
    list_display = ("local", "status", "short_key", "registered_at")
    list_filter = ("status", "registered_at")
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
        return super().get_search_results(request, queryset, stored_form(search_term))

    def sections(self, request: HttpRequest, row: Handle) -> list[Section]:
        return [_devices(row), _trail(row)]

    @admin.display(description="key", ordering="primary_hex")
    def short_key(self, handle: Handle) -> str:
        return f"{handle.primary_hex[:16]}…"

    @admin.display(description="key")
    def key(self, handle: Handle) -> SafeString:
        return format_html("<code>{}</code>", handle.primary)

    @admin.display(description="sigchain")
    def sigchain(self, handle: Handle) -> SafeString:
        """The profile page shows the chain replayed; it is only there while the handle is active."""
        chain = documents.sigchain_url(handle)
        if handle.status != _ACTIVE:
            return format_html('<a href="{}">events</a>', chain)
        return format_html(
            '<a href="{}">profile</a>, <a href="{}">events</a>', documents.profile_url(handle), chain
        )

    @admin.display(description="registration")
    def signed_registration(self, handle: Handle) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(handle.registration, indent=2, sort_keys=True))


def _devices(handle: Handle) -> Section:
    rows = [(row.device, row.created, row.last_seen) for row in devices.devices_of(handle.primary)]
    return Section(
        "Devices seen", ("device", "first seen", "last seen"), rows, "No device has connected yet."
    )


def _trail(handle: Handle) -> Section:
    entries = AuditEntry.objects.filter(handle=handle)[:SHOWN_ENTRIES]
    rows = [
        (
            Cell(entry.seq, reverse("admin:registry_auditentry_change", args=[entry.pk])),
            entry.at,
            entry.actor,
            entry.get_action_display(),
            entry.reason,
        )
        for entry in entries
    ]
    more = f"{reverse('admin:registry_auditentry_changelist')}?handle__id__exact={handle.pk}"
    return Section("Audit trail", ("number", "when", "who", "what", "why"), rows, "Nothing yet.", more)


def stored_form(search_term: str) -> str:
    """What an operator pastes (`@Chris`, `chris@kez.lat`, `ed25519:…`, an nkey) as the tables hold it."""
    text = search_term.strip()
    try:
        return primary_of_nkey(text).hex
    except BadNkey:
        return text.lower().removeprefix(KEY_PREFIX).removeprefix("@").partition("@")[0]
