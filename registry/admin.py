"""The operators' console of the registry. Handles and audit entries are shown; what changes them are services."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kezproto.errors import BadNkey
from kezproto.keys import KEY_PREFIX
from kezproto.nkeys import primary_of_nkey
from registry import services
from registry.errors import ModerationRefused
from registry.forms import ReasonForm
from registry.models import AuditEntry, Handle, Reservation


class ShownOnly:
    """Nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class AuditInline(ShownOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = AuditEntry
    fields = ("at", "actor", "action", "reason")
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(Handle)
class HandleAdmin(ShownOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("local", "status", "short_key", "registered_at")
    list_filter = ("status", "registered_at")
    search_fields = ("local", "primary_hex")
    search_help_text = "A handle, a key (ed25519:… or the start of its hex), or an nkey (U…)."
    fields = ("local", "status", "primary_hex", "registered_at", "signed_registration")
    readonly_fields = fields
    inlines = (AuditInline,)
    actions = ("suspend", "reinstate")
    list_per_page = 50

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Whether the operator may suspend and reinstate."""
        return request.user.has_perm("registry.moderate_handle")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, _stored_form(search_term))

    @admin.display(description="key", ordering="primary_hex")
    def short_key(self, handle: Handle) -> str:
        return f"{handle.primary_hex[:16]}…"

    @admin.display(description="registration")
    def signed_registration(self, handle: Handle) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(handle.registration, indent=2, sort_keys=True))

    @admin.action(description="Suspend selected handles…", permissions=["moderate"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[Handle]) -> HttpResponse | None:
        return self._moderate(request, queryset, "suspend", services.suspend_handle)

    @admin.action(description="Reinstate selected handles…", permissions=["moderate"])
    def reinstate(self, request: HttpRequest, queryset: QuerySet[Handle]) -> HttpResponse | None:
        return self._moderate(request, queryset, "reinstate", services.reinstate_handle)

    def _moderate(
        self,
        request: HttpRequest,
        queryset: QuerySet[Handle],
        verb: str,
        service: Callable[..., None],
    ) -> HttpResponse | None:
        """First show what is about to happen and ask why; do it when the reason comes back."""
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": f"{verb.capitalize()} handles",
                "opts": self.model._meta,
                "verb": verb,
                "handles": queryset,
                "form": form,
                "media": self.media,
            }
            return TemplateResponse(request, "registry/moderate_handles.html", context)
        done = 0
        for handle in queryset:
            try:
                service(handle, actor=_operator(request), reason=form.cleaned_data["reason"])
            except ModerationRefused as error:
                self.message_user(request, str(error), messages.WARNING)
            else:
                done += 1
        if done:
            past = {"suspend": "suspended", "reinstate": "reinstated"}[verb]
            self.message_user(
                request, f"{done} {'handle' if done == 1 else 'handles'} {past}.", messages.SUCCESS
            )
        return None


@admin.register(Reservation)
class ReservationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Names of this server's own; those that ship with the software are reserved besides and not listed here."""

    list_display = ("name", "reason", "created_at")
    search_fields = ("name", "reason")
    search_help_text = (
        "These are this server's own reservations; the names that ship reserved are not listed."
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Reservation | None = None) -> tuple[str, ...]:
        # Another name is another reservation: so the audit trail tells of each from beginning to end.
        return ("name",) if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Reservation, form: "ModelForm[Reservation]", change: bool
    ) -> None:
        services.reserve_name(obj, actor=_operator(request))
        if Handle.objects.filter(local=obj.name).exists():
            self.message_user(
                request,
                f"The handle {obj.name} is registered already; the reservation does not take it away.",
                messages.WARNING,
            )

    def delete_model(self, request: HttpRequest, obj: Reservation) -> None:
        services.unreserve_name(obj, actor=_operator(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Reservation]) -> None:
        for reservation in queryset:
            services.unreserve_name(reservation, actor=_operator(request))


@admin.register(AuditEntry)
class AuditEntryAdmin(ShownOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "actor", "action", "name", "reason")
    list_filter = ("action", "at")
    search_fields = ("name", "actor", "reason")
    search_help_text = "A name, an actor (a key or an operator), or words of a reason."
    fields = ("at", "actor", "action", "name", "handle", "reason")
    readonly_fields = fields
    list_per_page = 50


def _operator(request: HttpRequest) -> AbstractBaseUser:
    """Who is at the console; the admin lets nobody else in."""
    if not isinstance(request.user, AbstractBaseUser):
        raise PermissionDenied
    return request.user


def _stored_form(search_term: str) -> str:
    """What an operator pastes (`@Chris`, `chris@kez.lat`, `ed25519:…`, an nkey) as the tables hold it."""
    text = search_term.strip()
    try:
        return primary_of_nkey(text).hex
    except BadNkey:
        return text.lower().removeprefix(KEY_PREFIX).removeprefix("@").partition("@")[0]
