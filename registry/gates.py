"""What a registration must pass before its signature is looked at, in order of cost.

Before these come the rates by address and by network (throttles.py), without any of the body; after them the signature
(kezproto.registration), the database (names.py) and the last use of an invite (invites.py).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from registry import errors, lookup, work_gate
from registry.invites import find_invite, normalised

INVITE_HEADER = "Kez-Invite"

OPEN, INVITE, APPROVAL, CLOSED = MODES = ("open", "invite", "approval", "closed")


def check_gates(document: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """The code of the invite that came along, "" if none is needed. Nothing about the document is verified yet.

    Raises RegistrationClosed, InviteNeeded, InviteInvalid, ProofOfWorkNeeded. Who repeats a claim, since its answer
    was lost, passes in any mode: the rest of the way tells whether it is true.
    """
    payload = document.get("payload")
    mode: str = settings.KEZ_REGISTRATION
    code = headers.get(INVITE_HEADER, "").strip()
    if mode == CLOSED and not lookup.is_known_claim(payload):
        raise errors.RegistrationClosed
    if mode == INVITE and not normalised(code) and not lookup.is_known_claim(payload):
        raise errors.InviteInvalid if code else errors.InviteNeeded
    if needed := work_gate.work_now(counting=True):
        work_gate.check_work(headers.get(work_gate.HEADER, ""), payload, needed=needed)
    return code if mode in (INVITE, APPROVAL) else ""


def registration_document(headers: Mapping[str, str], *, now: datetime) -> dict[str, Any]:
    """The body of `GET /v1/registration`: what somebody who wants a handle here should know."""
    needed = work_gate.work_now(counting=False)
    code = headers.get(INVITE_HEADER, "")
    invite = find_invite(code)
    return {
        "server": settings.KEZ_CHAT_SERVER,
        "mode": settings.KEZ_REGISTRATION,
        "proof_of_work": needed.document() if needed else None,
        "invite_good": (invite is not None and invite.is_good(now=now)) if code else None,
    }
