"""Reserving names, and giving them free again."""

from django.db import transaction

from registry import audit, transparency
from registry.audit import Actor
from registry.models import AuditEntry, Reservation, TransparencyEntry


def reserve_name(reservation: Reservation, *, actor: Actor) -> None:
    """Store a new or changed reservation."""
    with transaction.atomic():
        reservation.save()
        audit.add_entry(actor, AuditEntry.Action.RESERVED, reservation.name, reason=reservation.reason)
        transparency.add_entry(TransparencyEntry.Action.RESERVED)


def unreserve_name(reservation: Reservation, *, actor: Actor, reason: str = "") -> None:
    """Remove a reservation; the name can be registered again unless it ships reserved."""
    with transaction.atomic():
        reservation.delete()
        audit.add_entry(
            actor, AuditEntry.Action.UNRESERVED, reservation.name, reason=reason or reservation.reason
        )
        transparency.add_entry(TransparencyEntry.Action.UNRESERVED)
