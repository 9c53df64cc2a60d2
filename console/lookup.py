"""All reads about operators."""

from django.contrib.auth.models import AbstractUser
from django.db.models import Q, QuerySet

from console.models import Operator
from console.roles import Role

NO_ROLE = "none"
SUPERUSER = "superuser"


def operators() -> QuerySet[Operator]:
    """Everybody who may log in at the desk."""
    return Operator.objects.filter(is_staff=True)


def role_of(operator: AbstractUser) -> str:
    """The role's name; `superuser` may do everything, `none` nothing."""
    if operator.is_superuser:
        return SUPERUSER
    held = {group.name for group in operator.groups.all()}
    return next((role.value for role in Role if role in held), NO_ROLE)


def others_in_charge(operator: AbstractUser) -> bool:
    """Whether somebody else could give out roles."""
    able = Q(groups__name=Role.OPERATOR) | Q(is_superuser=True)
    return operators().filter(able, is_active=True).exclude(pk=operator.pk).exists()
