"""The logs: read, checked, exported, never changed."""

from itertools import islice
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from console.pages import ShownOnly
from console.requests import operator_of
from kezproto.keys import KEY_PREFIX
from registry import audit, triggers
from registry.links import Fault
from registry.models import AuditEntry, TransparencyEntry

EXPORT = "registry.export_auditentry"
EXPORTED_AT_ONCE = 50_000


class ExportForm(forms.Form):
    after = forms.IntegerField(min_value=0, required=False)


@admin.register(AuditEntry)
class AuditEntryAdmin(ShownOnly):
    list_display = ("seq", "at", "action", "name", "reason", "short_actor")
    list_filter = ("action", "at")
    date_hierarchy = "at"
    search_fields = ("name", "actor", "reason")
    search_help_text = "A name, an actor (a key or an operator), or words of a reason."
    fields = ("seq", "at", "actor", "action", "name", "handle", "reason", "prev", "hash")
    readonly_fields = fields
    sortable_by = ("seq",)
    change_list_template = "console/audit_list.html"

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("verify/", self.admin_site.admin_view(self.verify), name=self._address("verify")),
            path("export/", self.admin_site.admin_view(self.export), name=self._address("export")),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may_export = request.user.has_perm(EXPORT)
        return super().changelist_view(request, {**(extra_context or {}), "may_export": may_export})

    @admin.display(description="actor")
    def short_actor(self, entry: AuditEntry) -> str:
        return f"{entry.actor[:20]}…" if entry.actor.startswith(KEY_PREFIX) else entry.actor

    def verify(self, request: HttpRequest) -> HttpResponse:
        """Check every entry, and say where the trail ends, to be written down."""
        self._check(request)
        end = audit.verify_trail()
        if isinstance(end, Fault):
            self.message_user(request, f"The audit trail was tampered with. {end.sentence}", messages.ERROR)
        elif unguarded := triggers.missing(connection):
            sentence = f"The database does not guard {', '.join(unguarded)}: run manage.py migrate."
            self.message_user(request, sentence, messages.ERROR)
        else:
            sentence = (
                f"{end.seq} entries, none changed, none missing. The trail ends at {end.seq}:{end.hash}"
            )
            self.message_user(request, sentence, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:registry_auditentry_changelist"))

    def export(self, request: HttpRequest) -> HttpResponse:
        """Entries after a number as JSON lines; the next part begins where this one ends."""
        self._check(request)
        form = ExportForm(request.POST)
        after = form.cleaned_data["after"] or 0 if form.is_valid() else 0
        lines = list(islice(audit.export_lines(after=after), EXPORTED_AT_ONCE))
        part = f"{after + 1}-{after + len(lines)}"
        with transaction.atomic():
            audit.add_entry(operator_of(request), AuditEntry.Action.EXPORTED, "audit trail", reason=part)
        response = HttpResponse("".join(lines), content_type="application/jsonl")
        response["Content-Disposition"] = f'attachment; filename="audit-{part}.jsonl"'
        return response

    def _check(self, request: HttpRequest) -> None:
        if not request.user.has_perm(EXPORT) or request.method != "POST":
            raise PermissionDenied


@admin.register(TransparencyEntry)
class TransparencyEntryAdmin(ShownOnly):
    """What the public reads at /v1/transparency."""

    list_display = ("seq", "at", "action", "handle", "count")
    list_filter = ("action",)
    search_fields = ("handle",)
    fields = ("seq", "at", "action", "handle", "count", "prev", "hash")
    readonly_fields = fields
    sortable_by = ("seq",)
