"""Reserving names, one by one and by the list, and giving them free again."""

from django.core.exceptions import ValidationError
from django.db import transaction

from registry import audit, transparency
from registry.audit import Actor
from registry.errors import ModerationRefused
from registry.models import AuditEntry, Reservation, TransparencyEntry

# All patterns are looked at with each registration.
MAX_PATTERNS = 500


def reserve_name(reservation: Reservation, *, actor: Actor) -> None:
    """Store a new or changed reservation. ModerationRefused for what is none, or one pattern too many."""
    is_new = reservation._state.adding
    check_reservation(reservation)
    with transaction.atomic():
        reservation.save()
        if reservation.is_pattern and Reservation.objects.filter(is_pattern=True).count() > MAX_PATTERNS:
            raise ModerationRefused(f"There are {MAX_PATTERNS} patterns already; remove one first.")
        audit.add_entry(actor, AuditEntry.Action.RESERVED, reservation.name, reason=reservation.reason)
        if is_new:
            transparency.add_entry(TransparencyEntry.Action.RESERVED)


def unreserve_name(reservation: Reservation, *, actor: Actor, reason: str = "") -> None:
    """Remove a reservation; the name can be registered again unless it ships reserved."""
    with transaction.atomic():
        reservation.delete()
        audit.add_entry(
            actor, AuditEntry.Action.UNRESERVED, reservation.name, reason=reason.strip() or reservation.reason
        )
        transparency.add_entry(TransparencyEntry.Action.UNRESERVED)


def check_reservation(reservation: Reservation, *, unique: bool = True) -> None:
    """ModerationRefused with the first fault of a reservation that is about to be stored."""
    try:
        reservation.full_clean(exclude={"skeleton"}, validate_unique=unique, validate_constraints=False)
    except ValidationError as error:
        field, faults = next(iter(error.message_dict.items()))
        raise ModerationRefused(f"{field}: {faults[0]}") from error
