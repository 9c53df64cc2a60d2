"""Giving a handle to the key that claims it."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from kezproto.registration import Registration
from registry import audit, errors, lookup
from registry.audit import Actor
from registry.models import AuditEntry, Handle
from registry.names import check_name


@dataclass(frozen=True, slots=True)
class Registered:
    """The outcome of a registration; not `created`: it had been there before (a lost answer was retried)."""

    handle: Handle
    created: bool


def register_handle(registration: Registration, *, actor: Actor, now: datetime) -> Registered:
    """Give a handle to the key that claims it. The same claim again is answered as before.

    Raises RegistrationClosed, HandleReserved, HandleLookalike, HandleTaken, KeyInUse. Two who come at once are told
    apart by the table's unique constraints: one row is inserted, and the other is answered from what it then finds.
    """
    found = _settle(registration)
    if found is not None:
        return Registered(found, created=False)
    if not settings.KEZ_REGISTRATION_OPEN:
        raise errors.RegistrationClosed
    check_name(registration.handle.local, registration.primary, now=now)
    try:
        with transaction.atomic():
            handle = Handle.objects.create(
                local=registration.handle.local,
                primary_hex=registration.primary.hex,
                registered_at=now,
                registration=registration.document,
            )
            audit.add_entry(actor, AuditEntry.Action.REGISTERED, handle.local, handle=handle)
    except IntegrityError:
        found = _settle(registration)
        if found is None:
            raise
        return Registered(found, created=False)
    return Registered(handle, created=True)


def _settle(registration: Registration) -> Handle | None:
    """The row that this very claim made earlier; None if nothing stands against a new row; refusals are raised."""
    by_local, by_primary = lookup.rivals(registration.handle.local, registration.primary)
    if by_local is not None:
        # A suspended or released handle is answered like a stranger's: taken.
        if by_local == by_primary and by_local.status == Handle.Status.ACTIVE:
            return by_local
        raise errors.HandleTaken
    if by_primary is not None:
        raise errors.KeyInUse
    return None
