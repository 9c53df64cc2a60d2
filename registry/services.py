"""All writes of the registry: each is atomic and leaves its audit entry; effects follow the commit."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.dispatch import Signal

from kezproto.canonical import parse_json
from kezproto.errors import Malformed
from kezproto.keys import Primary
from kezproto.registration import Registration
from kezproto.session import Session, verify_session
from registry import errors, lookup
from registry.models import AuditEntry, Handle, Reservation
from registry.signals import handle_reinstated, handle_suspended

CHALLENGE_SECONDS = 60

Actor = Primary | AbstractBaseUser | str


@dataclass(frozen=True, slots=True)
class Registered:
    """The outcome of a registration; not `created`: it had been there before (a lost answer was retried)."""

    handle: Handle
    created: bool


def register_handle(registration: Registration, *, actor: Actor, now: datetime) -> Registered:
    """Give a handle to the key that claims it. The same claim again is answered as before.

    Raises RegistrationClosed, HandleReserved, HandleTaken, KeyInUse. Two who come at once are told apart by the
    table's unique constraints: one row is inserted, and the other caller is answered from what it then finds.
    """
    found = _settle(registration)
    if found is not None:
        return Registered(found, created=False)
    if not settings.KEZ_REGISTRATION_OPEN:
        raise errors.RegistrationClosed
    if lookup.is_reserved(registration.handle.local):
        raise errors.HandleReserved
    try:
        with transaction.atomic():
            handle = Handle.objects.create(
                local=registration.handle.local,
                primary_hex=registration.primary.hex,
                registered_at=now,
                registration=registration.document,
            )
            _audit(actor, AuditEntry.Action.REGISTERED, handle.local, handle=handle)
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


def suspend_handle(handle: Handle, *, actor: Actor, reason: str) -> None:
    """Take an active handle out of look-ups and off the network; ModerationRefused without reason or if not active."""
    _change_status(
        handle,
        Handle.Status.ACTIVE,
        Handle.Status.SUSPENDED,
        actor=actor,
        action=AuditEntry.Action.SUSPENDED,
        reason=reason,
        signal=handle_suspended,
    )


def reinstate_handle(handle: Handle, *, actor: Actor, reason: str) -> None:
    """Undo a suspension; ModerationRefused without reason or if the handle is not suspended."""
    _change_status(
        handle,
        Handle.Status.SUSPENDED,
        Handle.Status.ACTIVE,
        actor=actor,
        action=AuditEntry.Action.REINSTATED,
        reason=reason,
        signal=handle_reinstated,
    )


def _change_status(
    handle: Handle,
    before: Handle.Status,
    after: Handle.Status,
    *,
    actor: Actor,
    action: AuditEntry.Action,
    reason: str,
    signal: Signal,
) -> None:
    reason = reason.strip()
    if not reason:
        raise errors.ModerationRefused("A reason is needed; it is kept in the audit trail.")
    with transaction.atomic():
        # The row count of the conditional update settles which of two operators did it.
        if not Handle.objects.filter(pk=handle.pk, status=before).update(status=after):
            raise errors.ModerationRefused(f"The handle {handle.local} is not {before.label.lower()}.")
        _audit(actor, action, handle.local, handle=handle, reason=reason)
        primary_hex = handle.primary_hex
        # Robust: a listener that fails is logged; the deed is done and must not look undone to the operator.
        transaction.on_commit(lambda: signal.send_robust(Handle, primary_hex=primary_hex))
    handle.status = after


def reserve_name(reservation: Reservation, *, actor: Actor) -> None:
    """Store a new or changed reservation."""
    with transaction.atomic():
        reservation.save()
        _audit(actor, AuditEntry.Action.RESERVED, reservation.name, reason=reservation.reason)


def unreserve_name(reservation: Reservation, *, actor: Actor) -> None:
    """Remove a reservation; the name can be registered again unless it ships reserved."""
    with transaction.atomic():
        reservation.delete()
        _audit(actor, AuditEntry.Action.UNRESERVED, reservation.name, reason=reservation.reason)


def issue_challenge(primary: Primary, *, now: datetime) -> tuple[str, datetime]:
    """A fresh challenge (64 hex digits) for a key, and when it ends. Any key gets one: it tells nothing."""
    challenge = secrets.token_hex(32)
    cache.set(_challenge_key(challenge), primary.hex, timeout=CHALLENGE_SECONDS)
    return challenge, now + timedelta(seconds=CHALLENGE_SECONDS)


def consume_session(document: Any, *, now: datetime) -> Session:
    """Verify a `session` object against a live challenge, spend the challenge, and return the session.

    The document is bytes, or a JSON value that was parsed by the strict rules.
    Raises what `verify_session` raises, ChallengeUnknown, NotRegistered, HandleSuspended.
    """
    if isinstance(document, bytes):
        document = parse_json(document)
    challenge = _claimed_challenge(document)
    given_to = cache.get(_challenge_key(challenge))
    session = verify_session(document, server=settings.KEZ_CHAT_SERVER, challenge=challenge, now=now)
    # Only the caller whose delete removed the key has spent it: Valkey answers how many keys a delete removed.
    if given_to != session.primary.hex or not cache.delete(_challenge_key(challenge)):
        raise errors.ChallengeUnknown
    handle = Handle.objects.filter(primary_hex=session.primary.hex, local=session.handle.local).first()
    if handle is not None and handle.status == Handle.Status.SUSPENDED:
        raise errors.HandleSuspended
    if handle is None or handle.status != Handle.Status.ACTIVE:
        raise errors.NotRegistered
    return session


def _claimed_challenge(document: Any) -> str:
    """The challenge that a document says it answers, before anything about it is verified."""
    payload = document.get("payload") if isinstance(document, dict) else None
    challenge = payload.get("challenge") if isinstance(payload, dict) else None
    if not isinstance(challenge, str) or not re.fullmatch(r"[0-9a-f]{64}", challenge):
        raise Malformed("A session names its challenge: 64 hex digits.")
    return challenge


def _challenge_key(challenge: str) -> str:
    return f"challenge:{challenge}"


def _audit(
    actor: Actor, action: AuditEntry.Action, name: str, *, handle: Handle | None = None, reason: str = ""
) -> None:
    AuditEntry.objects.create(actor=_label(actor), action=action, name=name, handle=handle, reason=reason)


def _label(actor: Actor) -> str:
    return f"operator:{actor.get_username()}" if isinstance(actor, AbstractBaseUser) else str(actor)
