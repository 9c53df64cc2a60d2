"""Deciding on registrations that wait."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from registry import audit
from registry.alerts import Alert
from registry.audit import Actor
from registry.errors import ModerationRefused
from registry.models import AuditEntry, Handle, PendingRegistration
from registry.signals import registration_decided

_State = PendingRegistration.State


def approve_registration(pending: PendingRegistration, *, actor: Actor, reason: str = "") -> Handle:
    """Give the handle to the key that asked. ModerationRefused if it was decided before, or the name is gone."""
    now = timezone.now()
    try:
        with transaction.atomic():
            _decide(pending, _State.APPROVED, audit.label(actor), "")
            handle = Handle.objects.create(
                local=pending.local,
                primary_hex=pending.primary_hex,
                registered_at=now,
                registration=pending.registration,
            )
            PendingRegistration.objects.filter(pk=pending.pk).update(handle=handle)
            audit.add_entry(
                actor, AuditEntry.Action.APPROVED, handle.local, handle=handle, reason=reason.strip()
            )
            _tell(pending)
    except IntegrityError as error:
        pending.refresh_from_db()
        raise ModerationRefused(f"{pending.local} or its key was registered meanwhile.") from error
    pending.handle = handle
    return handle


def decline_registration(pending: PendingRegistration, *, actor: Actor, reason: str) -> None:
    """Refuse a registration; the person who asked reads the reason. ModerationRefused if it was decided before."""
    reason = audit.checked_reason(reason)
    with transaction.atomic():
        _decide(pending, _State.DECLINED, audit.label(actor), reason)
        audit.add_entry(actor, AuditEntry.Action.DECLINED, pending.local, reason=reason)
        _tell(pending)


def waiting_alert() -> Alert | None:
    """What operators are told of registrations that wait."""
    waiting = PendingRegistration.objects.filter(state=_State.WAITING)
    oldest, number = waiting.order_by("asked_at").first(), waiting.count()
    if oldest is None:
        return None
    more = f" and {number - 1} more" if number > 1 else ""
    return Alert(
        f"Waiting for approval: {oldest.local}{more}.",
        "/admin/registry/pendingregistration/",
    )


def _decide(pending: PendingRegistration, state: PendingRegistration.State, by: str, reason: str) -> None:
    """The row count of the conditional update settles which of two operators decided."""
    decision = {"state": state, "decided_at": timezone.now(), "decided_by": by, "reason": reason}
    waiting = PendingRegistration.objects.filter(pk=pending.pk, state=_State.WAITING)
    if not waiting.update(**decision):
        raise ModerationRefused(f"The registration of {pending.local} was decided before.")
    for name, value in decision.items():
        setattr(pending, name, value)


def _tell(pending: PendingRegistration) -> None:
    primary_hex = pending.primary_hex
    transaction.on_commit(
        lambda: registration_decided.send_robust(PendingRegistration, primary_hex=primary_hex)
    )
