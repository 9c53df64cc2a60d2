"""Giving a handle to the key that claims it, or putting the claim before the operators."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from kezproto.registration import Registration
from registry import audit, errors, lookup
from registry.audit import Actor
from registry.gates import APPROVAL, CLOSED, INVITE
from registry.invites import redeem_invite
from registry.models import AuditEntry, Handle, Invite, PendingRegistration
from registry.names import check_name
from registry.standing import standing_against
from registry.tasks import tell_operators
from registry.turns import in_turn


@dataclass(frozen=True, slots=True)
class Registered:
    """The handle is theirs; not `created`: it had been before (a lost answer was retried)."""

    handle: Handle
    created: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Operators decide."""

    pending: PendingRegistration


def register_handle(
    registration: Registration, *, actor: Actor, now: datetime, invite: str = ""
) -> Registered | Waiting:
    """Give a handle to the key that claims it, as far as this server's mode allows. The same claim again is answered
    as before.

    Raises RegistrationClosed, InviteNeeded, InviteInvalid, RegistrationDeclined, HandleReserved, HandleLookalike,
    HandleTaken, KeyInUse. Two who come at once are told apart by the tables' unique constraints: one row is inserted,
    and the other is answered from what it then finds.
    """
    local, primary = registration.handle.local, registration.primary
    standing = standing_against(local, primary, now=now)
    found = _settle(registration) if standing.claims else None
    if isinstance(found, Registered):
        return found
    mode: str = settings.KEZ_REGISTRATION
    if found is not None and mode in (APPROVAL, CLOSED) and not invite:
        return found
    if mode == CLOSED:
        raise errors.RegistrationClosed
    if mode == INVITE and not invite:
        raise errors.InviteNeeded
    by_approval = mode == APPROVAL and not invite
    if by_approval and (declined := lookup.declined(local, primary)):
        raise errors.RegistrationDeclined(
            f"The operators of this server declined this registration: {declined.reason}"
        )
    check_name(local, primary, standing, now=now)
    try:
        with in_turn(), transaction.atomic():
            if by_approval:
                return _ask(registration, actor=actor, now=now)
            used = redeem_invite(invite, now=now) if invite else None
            return _register(registration, used, found, actor=actor, now=now)
    except IntegrityError:
        found = _settle(registration)
        if found is None:
            raise
        return found


def _register(
    registration: Registration, invite: Invite | None, waited: Waiting | None, *, actor: Actor, now: datetime
) -> Registered:
    handle = Handle.objects.create(
        local=registration.handle.local,
        primary_hex=registration.primary.hex,
        registered_at=now,
        registration=registration.document,
        invite=invite,
    )
    if waited is not None:
        # It waited for operators until the mode was changed, or an invite came.
        row = PendingRegistration.objects.filter(pk=waited.pending.pk)
        row.update(state=PendingRegistration.State.APPROVED, decided_at=now, handle=handle)
    reason = f"invite {invite}" if invite else ""
    audit.add_entry(actor, AuditEntry.Action.REGISTERED, handle.local, handle=handle, reason=reason)
    return Registered(handle, created=True)


def _ask(registration: Registration, *, actor: Actor, now: datetime) -> Waiting:
    pending = PendingRegistration.objects.create(
        local=registration.handle.local,
        primary_hex=registration.primary.hex,
        registration=registration.document,
        asked_at=now,
    )
    audit.add_entry(actor, AuditEntry.Action.ASKED, pending.local)
    transaction.on_commit(lambda: tell_operators("approval"))
    return Waiting(pending)


def _settle(registration: Registration) -> Registered | Waiting | None:
    """What this very claim led to earlier; None if nothing stands against a new row; refusals are raised."""
    local, primary = registration.handle.local, registration.primary
    by_local, by_primary = lookup.rivals(local, primary)
    if by_local is not None:
        # A suspended or released handle is answered like a stranger's: taken.
        if by_local == by_primary and by_local.status == Handle.Status.ACTIVE:
            return Registered(by_local, created=False)
        raise errors.HandleTaken
    if by_primary is not None:
        raise errors.KeyInUse
    name_waits, key_waits = lookup.waiting_rivals(local, primary)
    if name_waits is not None and name_waits != key_waits:
        raise errors.HandleTaken
    if key_waits is not None and key_waits != name_waits:
        raise errors.KeyInUse(
            f"This key asked for {key_waits.local} before and waits for the operators' decision; ask for that one."
        )
    return Waiting(name_waits) if name_waits is not None else None
