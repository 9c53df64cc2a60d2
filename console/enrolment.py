"""Setting up the second factor: at the first log-in, and new recovery codes later."""

from base64 import b32encode
from io import BytesIO
from typing import Any

import django_otp
import segno
from django import forms
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django_otp.plugins.otp_totp.models import TOTPDevice

from console import second_factor as factor
from console.requests import operator_of
from console.site import is_staff
from registry.errors import ModerationRefused


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=40,
        label="Code",
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


@never_cache
@csrf_protect
def second_factor(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Enrols whoever has no second factor; shows the others how many recovery codes are left, and makes new ones."""
    if not is_staff(request):
        return HttpResponse(status=302, headers={"Location": reverse("admin:login")})
    operator = operator_of(request)
    if not factor.has_second_factor(operator):
        return _enrol(request, site, operator)
    if not site.has_permission(request):
        return HttpResponse(status=302, headers={"Location": reverse("admin:login")})
    return _renew(request, site, operator)


def _enrol(request: HttpRequest, site: AdminSite, operator: AbstractUser) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device, codes = factor.finish_enrolment(operator, form.cleaned_data["code"])
        except ModerationRefused as error:
            form.add_error("code", str(error))
        else:
            request.session.cycle_key()
            django_otp.login(request, device)
            return _page(request, site, "Recovery codes", codes=codes)
    device = factor.begin_enrolment(operator)
    return _page(
        request,
        site,
        "Set up your second factor",
        form=form,
        picture=picture_of(device),
        secret=secret_of(device),
    )


def _renew(request: HttpRequest, site: AdminSite, operator: AbstractUser) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if factor.verify_code(operator, form.cleaned_data["code"]) is not None:
            return _page(request, site, "Recovery codes", codes=factor.make_recovery_codes(operator))
        form.add_error("code", "This code is wrong or was used before; wait for the next one.")
    return _page(request, site, "Second factor", form=form, left=factor.recovery_codes_left(operator))


def _page(request: HttpRequest, site: AdminSite, title: str, **context: Any) -> HttpResponse:
    shown = {**site.each_context(request), "title": title, **context}
    shown["is_nav_sidebar_enabled"] = shown["has_permission"]
    return TemplateResponse(request, "console/second_factor.html", shown)


def picture_of(device: TOTPDevice) -> SafeString:
    """The key as a QR code that authenticator apps read (`otpauth://totp/…`), as an SVG element."""
    drawn = BytesIO()
    code = segno.make(device.config_url, error="m", micro=False)
    code.save(
        drawn, kind="svg", xmldecl=False, border=4, light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return mark_safe(drawn.getvalue().decode())  # noqa: S308 - drawn by segno, no text of anybody in it


def secret_of(device: TOTPDevice) -> str:
    """The key for those who type it, in groups of four."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
