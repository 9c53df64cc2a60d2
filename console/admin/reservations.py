"""Names that operators keep from being registered. Those that ship with the software are not listed here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from console.deeds import Deed
from console.forms import ExpiringForm, OptionalReasonForm
from console.keys import stored_key
from console.pages import DeskPage
from console.requests import operator_of
from registry import services
from registry.errors import ModerationRefused
from registry.models import Handle, Reservation
from registry.reservation_lists import COLUMNS, MAX_LINES, export_reservations, import_reservations

MAX_LIST_BYTES = 4 * 1024 * 1024


class ReservationForm(ExpiringForm):
    primary_hex = forms.CharField(
        label="For the key",
        required=False,
        max_length=80,
        help_text="ed25519:…, its 64 hex digits, or an nkey. Only this key can claim the name; empty: nobody can.",
    )

    class Meta:
        model = Reservation
        fields = ("name", "primary_hex", "reason", "expires_at")

    def clean_primary_hex(self) -> str:
        return stored_key(self.cleaned_data["primary_hex"])


class ListForm(forms.Form):
    file = forms.FileField(
        label="List",
        help_text=f"CSV with the columns {', '.join(COLUMNS)}; at most {MAX_LINES} names.",
    )

    def clean_file(self) -> str:
        """The text of the list."""
        file = self.cleaned_data["file"]
        if file.size > MAX_LIST_BYTES:
            raise forms.ValidationError("This file is larger than 4 MB; import it in parts.")
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError("This is not a text in UTF-8.") from error


@admin.register(Reservation)
class ReservationAdmin(DeskPage):
    form = ReservationForm
    list_display = ("name", "is_pattern", "for_key", "reason", "expires_at", "created_at")
    list_filter = ("is_pattern", "expires_at")
    search_fields = ("name", "primary_hex", "reason")
    search_help_text = (
        "These are this server's own reservations; the names that ship reserved are not listed."
    )
    sortable_by = ("name", "expires_at", "created_at")
    change_list_template = "console/reservation_list.html"
    deeds = (
        Deed(
            "unreserve",
            "Remove",
            "removed",
            "The name can be registered again, unless it ships reserved.",
            "registry.delete_reservation",
            services.unreserve_name,
            form=OptionalReasonForm,
            dangerous=True,
            removes=True,
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("import/", self.admin_site.admin_view(self.import_list), name=self._address("import")),
            path("export/", self.admin_site.admin_view(self.export_list), name=self._address("export")),
        ]
        return [*own, *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Reservation | None = None) -> tuple[str, ...]:
        # Another name is another reservation: so the audit trail tells of each from beginning to end.
        return ("name",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Reservation, form: Any, change: bool) -> None:
        services.reserve_name(obj, actor=operator_of(request))
        if Handle.objects.filter(local=obj.name).exists():
            self.message_user(
                request,
                f"The handle {obj.name} is registered already; the reservation does not take it away.",
                messages.WARNING,
            )

    def has_delete_permission(self, request: HttpRequest, obj: Reservation | None = None) -> bool:
        return False  # by a deed, which may have a reason

    def import_list(self, request: HttpRequest) -> HttpResponse:
        """A list in a file: stored as a whole, or not at all and the faults are shown by their lines."""
        if not self.has_add_permission(request) or not self.has_change_permission(request):
            raise PermissionDenied
        form = ListForm(request.POST or None, request.FILES or None)
        faults: tuple[tuple[int, str], ...] = ()
        if request.method == "POST" and form.is_valid():
            try:
                done = import_reservations(form.cleaned_data["file"], actor=operator_of(request))
            except ModerationRefused as error:
                form.add_error("file", str(error))
            else:
                faults = done.faults
                if not faults:
                    told = f"{done.added} added, {done.changed} changed, {done.unchanged} as they were."
                    self.message_user(request, told, messages.SUCCESS)
                    return HttpResponseRedirect(reverse("admin:registry_reservation_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Import reservations",
            "opts": self.model._meta,
            "form": form,
            "faults": faults,
        }
        return TemplateResponse(request, "console/reservation_import.html", context)

    def export_list(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        response = HttpResponse("".join(export_reservations()), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="reservations.csv"'
        return response

    @admin.display(description="for the key")
    def for_key(self, reservation: Reservation) -> str:
        return f"{reservation.primary_hex[:16]}…" if reservation.primary_hex else ""
