"""Names that operators keep from being registered. Those that ship with the software are not listed here."""

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest

from console.deeds import Deed
from console.forms import OptionalReasonForm
from console.pages import DeskPage
from console.requests import operator_of
from registry import services
from registry.models import Handle, Reservation


@admin.register(Reservation)
class ReservationAdmin(DeskPage):
    list_display = ("name", "reason", "expires_at", "created_at")
    search_fields = ("name", "reason")
    search_help_text = (
        "These are this server's own reservations; the names that ship reserved are not listed."
    )

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

    def get_readonly_fields(self, request: HttpRequest, obj: Reservation | None = None) -> tuple[str, ...]:
        # Another name is another reservation: so the audit trail tells of each from beginning to end.
        return ("name",) if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Reservation, form: "ModelForm[Reservation]", change: bool
    ) -> None:
        services.reserve_name(obj, actor=operator_of(request))
        if Handle.objects.filter(local=obj.name).exists():
            self.message_user(
                request,
                f"The handle {obj.name} is registered already; the reservation does not take it away.",
                messages.WARNING,
            )

    def has_delete_permission(self, request: HttpRequest, obj: Reservation | None = None) -> bool:
        return False  # by a deed, which may have a reason
