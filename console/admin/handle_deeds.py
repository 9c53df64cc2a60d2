"""What operators do to handles."""

from typing import Any

from django import forms

from console.deeds import Deed
from console.forms import ReasonForm
from files import services as files
from files.models import Quota
from registry import services
from registry.models import Handle

MODERATE, RELEASE = "registry.moderate_handle", "registry.release_handle"
MB = 1_000_000
_ACTIVE, _SUSPENDED, _RELEASED = Handle.Status.ACTIVE, Handle.Status.SUSPENDED, Handle.Status.RELEASED


class QuotaForm(ReasonForm):
    """Empty: what the server allows everybody."""

    stored = forms.IntegerField(label="Stored, in MB", min_value=0, max_value=10**9, required=False)
    in_flight = forms.IntegerField(
        label="Being uploaded at once, in MB", min_value=0, max_value=10**9, required=False
    )
    per_day = forms.IntegerField(label="Files in 24 hours", min_value=0, max_value=10**6, required=False)
    field_order = ("stored", "in_flight", "per_day", "reason")


def _quota_of(handle: Handle) -> dict[str, Any]:
    quota = Quota.objects.filter(handle=handle).first()
    if quota is None:
        return {}
    stored, in_flight = quota.stored_bytes, quota.in_flight_bytes
    return {
        "stored": None if stored is None else stored // MB,
        "in_flight": None if in_flight is None else in_flight // MB,
        "per_day": quota.files_per_day,
    }


def _set_quota(
    handle: Handle, *, actor: Any, stored: int | None, in_flight: int | None, per_day: int | None, reason: str
) -> None:
    files.set_quota(
        handle,
        stored_bytes=None if stored is None else stored * MB,
        in_flight_bytes=None if in_flight is None else in_flight * MB,
        files_per_day=per_day,
        actor=actor,
        reason=reason,
    )


def _mark_well_known(handle: Handle, *, actor: Any, reason: str) -> None:
    services.mark_well_known(handle, True, actor=actor, reason=reason)


def _unmark_well_known(handle: Handle, *, actor: Any, reason: str) -> None:
    services.mark_well_known(handle, False, actor=actor, reason=reason)


DEEDS = (
    Deed(
        "suspend",
        "Suspend",
        "suspended",
        "Look-ups answer as if it had never been registered, and its connections are cut at once. Nobody else can "
        "register it, and it can be reinstated.",
        MODERATE,
        services.suspend_handle,
        fits=lambda handle: handle.status == _ACTIVE,
        dangerous=True,
    ),
    Deed(
        "reinstate",
        "Reinstate",
        "reinstated",
        "It is found again in look-ups, and its key can connect again.",
        MODERATE,
        services.reinstate_handle,
        fits=lambda handle: handle.status == _SUSPENDED,
    ),
    Deed(
        "note",
        "Note",
        "noted",
        "A remark for other operators, in the audit trail. Nothing else changes.",
        MODERATE,
        services.note_handle,
        from_list=False,
    ),
    Deed(
        "quota",
        "Set quota",
        "given another quota",
        "How much it may upload. What is left empty is what the server allows everybody; what is stored already stays.",
        "files.set_quota",
        _set_quota,
        form=QuotaForm,
        initial=_quota_of,
        from_list=False,
    ),
    Deed(
        "well-known",
        "Mark as well known",
        "marked as well known",
        "Nobody can register a name that looks alike.",
        RELEASE,
        _mark_well_known,
        fits=lambda handle: not handle.well_known and handle.status != _RELEASED,
        from_list=False,
    ),
    Deed(
        "not-well-known",
        "No longer well known",
        "no longer marked as well known",
        "Names that look alike can be registered again.",
        RELEASE,
        _unmark_well_known,
        fits=lambda handle: handle.well_known,
        from_list=False,
    ),
    Deed(
        "release",
        "Release",
        "released",
        "It ends for good: neither the name nor its key is ever registered here again. There is no way back.",
        RELEASE,
        services.release_handle,
        fits=lambda handle: handle.status != _RELEASED,
        from_list=False,
        dangerous=True,
    ),
)
