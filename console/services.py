"""All writes about operators: each is atomic and leaves its audit entry."""

from django.contrib.auth.models import AbstractUser, Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from console import lookup, second_factor
from console.lookup import NO_ROLE
from console.models import Operator
from console.roles import Role
from registry import audit
from registry.audit import Actor
from registry.errors import ModerationRefused
from registry.models import AuditEntry


def add_operator(name: str, *, password: str, role: Role, actor: Actor) -> Operator:
    """Somebody new at the desk. ModerationRefused if the name is taken or the password is too simple."""
    operator = Operator(username=Operator.normalize_username(name.strip()), is_staff=True)
    try:
        operator.clean_fields(exclude=["password"])
        validate_password(password, operator)
    except ValidationError as error:
        raise ModerationRefused(" ".join(error.messages)) from error
    operator.set_password(password)
    try:
        with transaction.atomic():
            operator.save()
            operator.groups.set([Group.objects.get(name=role)])
            _note(actor, AuditEntry.Action.ROLE_SET, operator, f"{role}, new")
    except IntegrityError as error:
        raise ModerationRefused(f"There is somebody named {operator.username} already.") from error
    return operator


def set_role(operator: AbstractUser, *, role: Role | None, actor: Actor, reason: str = "") -> None:
    """Give an operator another role, or none: then they can no longer log in at the desk, and open sessions end.

    ModerationRefused for the last one who can give out roles.
    """
    before = lookup.role_of(operator)
    with transaction.atomic():
        # The rows are locked, so that two who take the role from each other do not both succeed.
        list(lookup.operators().select_for_update().values_list("pk"))
        if role is not Role.OPERATOR and not lookup.others_in_charge(operator):
            raise ModerationRefused(
                f"{operator.username} is the last one who can give out roles; make another operator first."
            )
        operator.is_superuser, operator.is_staff = False, role is not None
        operator.save(update_fields=["is_superuser", "is_staff"])
        operator.groups.set([Group.objects.get(name=role)] if role else [])
        change = f"{before} → {role or NO_ROLE}"
        _note(
            actor,
            AuditEntry.Action.ROLE_SET,
            operator,
            f"{change}: {reason.strip()}" if reason.strip() else change,
        )


def reset_second_factor(operator: AbstractUser, *, actor: Actor, reason: str) -> None:
    """For a lost authenticator: whoever logs in next with the password sets up a new one. ModerationRefused without
    reason, or if there is none.
    """
    reason = audit.checked_reason(reason)
    with transaction.atomic():
        if not second_factor.has_second_factor(operator):
            raise ModerationRefused(
                f"{operator.username} has no second factor; the next log-in asks for one."
            )
        second_factor.forget_second_factor(operator)
        _note(actor, AuditEntry.Action.SECOND_FACTOR_RESET, operator, reason)


def _note(actor: Actor, action: AuditEntry.Action, operator: AbstractUser, reason: str) -> None:
    audit.add_entry(actor, action, f"operator:{operator.username}"[:64], reason=reason[: audit.MAX_REASON])
