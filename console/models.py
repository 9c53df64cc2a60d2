"""The people at the desk. They are Django's users: never handles, and handles are never operators."""

from django.contrib.auth.models import User


class Operator(User):
    """Somebody who may log in at /admin/: staff, with one role."""

    class Meta:
        proxy = True
        ordering = ("username",)
        default_permissions = ("view", "change")
