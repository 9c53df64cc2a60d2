"""Registrations that wait for an operator, where each is decided on."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.deeds import Deed
from console.forms import OptionalReasonForm
from console.pages import ShownOnly
from console.queues import QueueFilter
from console.sections import Section
from registry import services
from registry.models import Handle, PendingRegistration
from registry.skeletons import skeleton

_WAITING = PendingRegistration.State.WAITING


class Waiting(QueueFilter):
    waiting = (_WAITING,)


def _waits(pending: Any) -> bool:
    return bool(pending.state == _WAITING)


@admin.register(PendingRegistration)
class PendingRegistrationAdmin(ShownOnly):
    list_display = ("local", "state", "asked_at", "short_key", "decided_by", "decided_at")
    list_filter = (Waiting,)
    search_fields = ("local", "primary_hex")
    fields = (
        "local",
        "key",
        "state",
        "asked_at",
        "decided_at",
        "decided_by",
        "reason",
        "handle",
        "signed_registration",
    )
    readonly_fields = fields
    sortable_by = ("asked_at",)
    deeds = (
        Deed(
            "approve",
            "Approve",
            "approved",
            "The key gets the handle at once.",
            "registry.decide_registration",
            services.approve_registration,
            fits=_waits,
            form=OptionalReasonForm,
        ),
        Deed(
            "decline",
            "Decline",
            "declined",
            "The key does not get the handle. The person who asked reads the reason.",
            "registry.decide_registration",
            services.decline_registration,
            fits=_waits,
            dangerous=True,
        ),
    )

    def line_of(self, row: PendingRegistration) -> str:
        return f"{row.local}, key {row.primary_hex}"

    def sections(self, request: HttpRequest, row: PendingRegistration) -> list[Section]:
        """What helps to decide: who has names that look alike."""
        alike = Handle.objects.filter(skeleton=skeleton(row.local)).exclude(local=row.local)
        rows = [(handle.local, handle.get_status_display(), handle.registered_at) for handle in alike[:20]]
        return [Section("Handles that look alike", ("handle", "status", "registered"), rows, "None.")]

    @admin.display(description="key")
    def short_key(self, pending: PendingRegistration) -> str:
        return f"{pending.primary_hex[:16]}…"

    @admin.display(description="key")
    def key(self, pending: PendingRegistration) -> SafeString:
        return format_html("<code>ed25519:{}</code>", pending.primary_hex)

    @admin.display(description="registration")
    def signed_registration(self, pending: PendingRegistration) -> SafeString:
        return format_html(
            '<pre tabindex="0">{}</pre>', json.dumps(pending.registration, indent=2, sort_keys=True)
        )
