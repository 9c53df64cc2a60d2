"""Logging in at the desk: name, password and code together, so that an answer never tells which of them was wrong.

Failures are counted by address (django-axes, in Valkey, so that all web processes count together). Names are not
counted: whoever knows one could keep its owner out.
"""

import time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.second_factor import has_second_factor, verify_code
from httpapi.addresses import client_address, throttle_bucket

SINCE = "desk_since"  # in the session: when it began, in seconds since 1970
LONGEST_SESSION_SECONDS = 12 * 3600


class LogInForm(AdminAuthenticationForm):
    """A code is asked of those who have a second factor; the others set one up next."""

    code = forms.CharField(
        required=False,
        max_length=40,
        label="Code",
        help_text="Six digits from your authenticator app, or a recovery code. Empty at your first log-in.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    error_messages = {
        "invalid_login": "Name, password or code is wrong. After some failures, log-in rests for a while.",
        "inactive": "Name, password or code is wrong. After some failures, log-in rests for a while.",
    }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        user = self.get_user()
        if user is not None and has_second_factor(user):
            device = verify_code(user, cleaned.get("code", ""))
            if device is None:
                self._count_failure(user)
                raise self.get_invalid_login_error()
            user.otp_device = device  # type: ignore[attr-defined]  # django-otp puts it into the session
        return cleaned

    def _count_failure(self, user: AbstractBaseUser) -> None:
        """A wrong code counts like a wrong password."""
        credentials = {"username": user.get_username()}
        user_login_failed.send(sender=__name__, credentials=credentials, request=self.request)

    def get_invalid_login_error(self) -> ValidationError:
        return ValidationError(self.error_messages["invalid_login"], code="invalid_login")


def counted_address(request: HttpRequest) -> str:
    """Whose failures count together (AXES_CLIENT_IP_CALLABLE)."""
    return throttle_bucket(client_address(request))


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """What somebody gets after too many failures (AXES_LOCKOUT_CALLABLE)."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    page = render(request, "console/locked_out.html", {"minutes": seconds // 60}, status=429)
    page["Retry-After"] = str(seconds)
    return page


def is_fresh(request: HttpRequest) -> bool:
    """Whether the session began recently enough; that it was used lately is the cookie's business."""
    since = request.session.get(SINCE, 0)
    return bool(0 <= time.time() - since < LONGEST_SESSION_SECONDS)


def note_beginning(request: HttpRequest | None, **_: Any) -> None:
    """Receiver of `user_logged_in`."""
    if request is not None:
        request.session[SINCE] = int(time.time())


def connect() -> None:
    user_logged_in.connect(note_beginning, dispatch_uid="console notes when sessions begin")
