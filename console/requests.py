"""Who is at the desk."""

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def operator_of(request: HttpRequest) -> AbstractUser:
    """The operator of a request; the site lets nobody else in."""
    if not isinstance(request.user, AbstractUser):
        raise PermissionDenied
    return request.user
