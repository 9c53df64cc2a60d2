"""The people at the desk. New ones are made at a shell, where their second factor is set up with them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django_otp.plugins.otp_totp.models import TOTPDevice

from console import lookup, services
from console.deeds import Deed
from console.forms import ReasonForm
from console.lookup import NO_ROLE
from console.models import Operator
from console.pages import ShownOnly
from console.roles import Role


class RoleForm(ReasonForm):
    role = forms.ChoiceField(
        choices=[*((role.value, role.value.capitalize()) for role in Role), (NO_ROLE, "None: no way in")],
        widget=forms.RadioSelect,
    )
    field_order = ("role", "reason")


def _set_role(operator: Operator, *, actor: Any, role: str, reason: str) -> None:
    services.set_role(operator, role=None if role == NO_ROLE else Role(role), actor=actor, reason=reason)


@admin.register(Operator)
class OperatorAdmin(ShownOnly):
    list_display = ("username", "role", "second_factor", "last_login", "is_active")
    fields = ("username", "role", "second_factor", "last_login", "date_joined", "is_active")
    readonly_fields = fields
    search_fields = ("username",)
    sortable_by = ("username", "last_login")
    deeds = (
        Deed(
            "role",
            "Change role",
            "given another role",
            "Moderators deal with handles, registrations and reports; operators do everything; auditors look only.",
            "console.change_operator",
            _set_role,
            form=RoleForm,
            from_list=False,
        ),
        Deed(
            "reset",
            "Reset second factor",
            "without a second factor until the next log-in",
            "For a lost authenticator: whoever logs in next with the password sets up a new one. Make sure who asks.",
            "console.change_operator",
            services.reset_second_factor,
            from_list=False,
            dangerous=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        confirmed = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return lookup.operators().prefetch_related("groups").annotate(has_device=Exists(confirmed))

    @admin.display(description="role")
    def role(self, operator: Operator) -> str:
        return lookup.role_of(operator)

    @admin.display(description="second factor", boolean=True)
    def second_factor(self, operator: Any) -> bool:
        return bool(operator.has_device)
