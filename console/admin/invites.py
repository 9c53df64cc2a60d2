"""Invites: made here, where their code is shown once, and withdrawn."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from console.deeds import Deed
from console.forms import ExpiringForm
from console.pages import DeskPage
from console.requests import operator_of
from registry import services
from registry.invites import MAX_USES
from registry.models import Invite


class InviteForm(ExpiringForm):
    uses_allowed = forms.IntegerField(
        label="Uses",
        min_value=1,
        max_value=MAX_USES,
        initial=1,
        help_text="How many keys can register with it.",
    )

    class Meta:
        model = Invite
        fields = ("uses_allowed", "expires_at", "note")


@admin.register(Invite)
class InviteAdmin(DeskPage):
    form = InviteForm
    list_display = ("hint", "note", "used", "expires_at", "created_at", "created_by", "revoked_at")
    search_fields = ("note", "hint")
    search_help_text = "Words of a note, or the last letters of a code."
    sortable_by = ("created_at",)
    deeds = (
        Deed(
            "revoke",
            "Withdraw",
            "withdrawn",
            "Nobody can register with it any more. Who has registered with it stays.",
            "registry.revoke_invite",
            services.revoke_invite,
            fits=lambda invite: invite.revoked_at is None,
            dangerous=True,
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Invite | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Invite | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Invite | None = None) -> tuple[str, ...]:
        made = ("hint", "note", "used", "expires_at", "created_at", "created_by", "revoked_at")
        return made if obj else ("uses_allowed", "expires_at", "note")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made, obj.code = services.make_invite(
            actor=operator_of(request), uses=obj.uses_allowed, expires_at=obj.expires_at, note=obj.note
        )
        obj.pk = made.pk

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The code, which is in this answer and nowhere else: no message, no redirect could carry it unseen."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Invite made",
            "opts": self.model._meta,
            "invite": obj,
            "code": obj.code,
        }
        return TemplateResponse(request, "console/invite_made.html", context)

    @admin.display(description="used")
    def used(self, invite: Invite) -> str:
        return f"{invite.uses} of {invite.uses_allowed}"
