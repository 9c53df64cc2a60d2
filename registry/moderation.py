"""What operators do to handles: suspend, reinstate, release, note, mark as well known."""

from django.db import transaction
from django.dispatch import Signal

from registry import audit, transparency
from registry.audit import Actor
from registry.errors import ModerationRefused
from registry.models import AuditEntry, Handle, TransparencyEntry
from registry.signals import handle_reinstated, handle_released, handle_suspended

_Status = Handle.Status


def suspend_handle(handle: Handle, *, actor: Actor, reason: str) -> None:
    """Take an active handle out of look-ups and off the network; ModerationRefused without reason or if not active."""
    _change_status(
        handle,
        (_Status.ACTIVE,),
        _Status.SUSPENDED,
        actor=actor,
        action=AuditEntry.Action.SUSPENDED,
        reason=reason,
        signal=handle_suspended,
    )


def reinstate_handle(handle: Handle, *, actor: Actor, reason: str) -> None:
    """Undo a suspension; ModerationRefused without reason or if the handle is not suspended."""
    _change_status(
        handle,
        (_Status.SUSPENDED,),
        _Status.ACTIVE,
        actor=actor,
        action=AuditEntry.Action.REINSTATED,
        reason=reason,
        signal=handle_reinstated,
    )


def release_handle(handle: Handle, *, actor: Actor, reason: str) -> None:
    """End a handle for good: neither it nor its key is ever registered here again. There is no way back.

    ModerationRefused without reason or if it was released before.
    """
    _change_status(
        handle,
        (_Status.ACTIVE, _Status.SUSPENDED),
        _Status.RELEASED,
        actor=actor,
        action=AuditEntry.Action.RELEASED,
        reason=reason,
        signal=handle_released,
    )


def note_handle(handle: Handle, *, actor: Actor, reason: str) -> None:
    """Write a remark for other operators into the audit trail; nothing else changes."""
    reason = audit.checked_reason(reason)
    with transaction.atomic():
        audit.add_entry(actor, AuditEntry.Action.NOTED, handle.local, handle=handle, reason=reason)


def mark_well_known(handle: Handle, well_known: bool, *, actor: Actor, reason: str) -> None:
    """Keep look-alikes of a handle from being registered, or no longer."""
    reason = audit.checked_reason(reason)
    action = AuditEntry.Action.WELL_KNOWN if well_known else AuditEntry.Action.NOT_WELL_KNOWN
    with transaction.atomic():
        if not Handle.objects.filter(pk=handle.pk, well_known=not well_known).update(well_known=well_known):
            raise ModerationRefused(f"The handle {handle.local} is that already.")
        audit.add_entry(actor, action, handle.local, handle=handle, reason=reason)
    handle.well_known = well_known


def _change_status(
    handle: Handle,
    before: tuple[Handle.Status, ...],
    after: Handle.Status,
    *,
    actor: Actor,
    action: AuditEntry.Action,
    reason: str,
    signal: Signal,
) -> None:
    reason = audit.checked_reason(reason)
    with transaction.atomic():
        # The row count of the conditional update settles which of two operators did it.
        if not Handle.objects.filter(pk=handle.pk, status__in=before).update(status=after):
            states = " or ".join(status.label.lower() for status in before)
            raise ModerationRefused(f"The handle {handle.local} is not {states}.")
        audit.add_entry(actor, action, handle.local, handle=handle, reason=reason)
        transparency.add_entry(TransparencyEntry.Action(action.value), handle=handle.local)
        primary_hex = handle.primary_hex
        # Robust: a listener that fails is logged; the deed is done and must not look undone to the operator.
        transaction.on_commit(lambda: signal.send_robust(Handle, primary_hex=primary_hex))
    handle.status = after
