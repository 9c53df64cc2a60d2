"""All writes of reports: each is atomic and leaves its audit entry; effects follow the commit.

A report is new, then assigned to an operator, then resolved or rejected with an outcome that the reporter reads.
"""

from django.contrib.auth.models import AbstractBaseUser, AbstractUser
from django.db import transaction
from django.utils import timezone

from registry import audit
from registry.audit import Actor
from registry.errors import ModerationRefused
from registry.models import AuditEntry
from reports.models import Report

MAX_OUTCOME = 1000

_Action, _State = AuditEntry.Action, Report.State
_OPEN = (_State.NEW, _State.ASSIGNED)
_CLOSED = (_State.RESOLVED, _State.REJECTED)


def assign_report(report: Report, owner: AbstractUser, *, actor: Actor) -> None:
    """Give an open report to an operator, also one that another operator has. ModerationRefused if it is closed."""
    reason = (
        "" if isinstance(actor, AbstractBaseUser) and actor.pk == owner.pk else f"to {audit.label(owner)}"
    )
    _change(
        report,
        _OPEN,
        {"state": _State.ASSIGNED, "owner": owner},
        actor=actor,
        action=_Action.REPORT_ASSIGNED,
        reason=reason,
    )


def unassign_report(report: Report, *, actor: Actor) -> None:
    """Put an assigned report back into the queue. ModerationRefused if it is not assigned."""
    _change(
        report,
        (_State.ASSIGNED,),
        {"state": _State.NEW, "owner": None},
        actor=actor,
        action=_Action.REPORT_UNASSIGNED,
    )


def resolve_report(report: Report, *, actor: Actor, outcome: str) -> None:
    """Close a report as justified; the reporter reads `outcome`. ModerationRefused without one, or if it is closed."""
    _close(report, _State.RESOLVED, _Action.REPORT_RESOLVED, actor=actor, outcome=outcome)


def reject_report(report: Report, *, actor: Actor, outcome: str) -> None:
    """Close a report without doing anything; the reporter reads why. ModerationRefused as in `resolve_report`."""
    _close(report, _State.REJECTED, _Action.REPORT_REJECTED, actor=actor, outcome=outcome)


def reopen_report(report: Report, *, actor: Actor, reason: str) -> None:
    """Put a closed report back into the queue. ModerationRefused without reason or if it is open."""
    _change(
        report,
        _CLOSED,
        {"state": _State.NEW, "owner": None, "outcome": "", "closed_at": None},
        actor=actor,
        action=_Action.REPORT_REOPENED,
        reason=audit.checked_reason(reason),
    )


def _close(
    report: Report, state: Report.State, action: AuditEntry.Action, *, actor: Actor, outcome: str
) -> None:
    outcome = outcome.strip()
    if not outcome:
        raise ModerationRefused("An outcome is needed; the person who reported reads it.")
    if len(outcome) > MAX_OUTCOME:
        raise ModerationRefused(f"The outcome is longer than {MAX_OUTCOME} characters; shorten it.")
    change = {"state": state, "outcome": outcome, "closed_at": timezone.now()}
    if isinstance(actor, AbstractBaseUser) and report.owner_id is None:
        change["owner"] = actor
    _change(report, _OPEN, change, actor=actor, action=action, reason=outcome[: audit.MAX_REASON])


def _change(
    report: Report,
    before: tuple[Report.State, ...],
    change: dict[str, object],
    *,
    actor: Actor,
    action: AuditEntry.Action,
    reason: str = "",
) -> None:
    change = {**change, "changed_at": timezone.now()}
    with transaction.atomic():
        # The row count of the conditional update settles which of two operators did it.
        if not Report.objects.filter(pk=report.pk, state__in=before).update(**change):
            states = " or ".join(state.label.lower() for state in before)
            raise ModerationRefused(f"The report {report.report_id[:8]} is not {states}.")
        name = f"report {report.report_id[:8]}"
        audit.add_entry(actor, action, name, handle=report.handle, reason=reason)
    for name, value in change.items():
        setattr(report, name, value)
