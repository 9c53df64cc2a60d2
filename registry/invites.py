"""Invites: codes that let so many keys register. The code itself is told once and never stored."""

import hashlib
import re
import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from registry import audit
from registry.audit import Actor
from registry.errors import InviteInvalid, ModerationRefused
from registry.models import AuditEntry, Invite

# Letters and digits that nobody takes for one another; 20 of them are worth 99 bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 20
_GROUP = 5
MAX_USES = 100_000


def make_invite(
    *, actor: Actor, uses: int = 1, expires_at: datetime | None = None, note: str = ""
) -> tuple[Invite, str]:
    """A new invite and its code, as in `k7mq2-…`. ModerationRefused for no uses, or an end in the past."""
    if not 1 <= uses <= MAX_USES:
        raise ModerationRefused(f"An invite is good for 1 to {MAX_USES} registrations.")
    if expires_at is not None and expires_at <= timezone.now():
        raise ModerationRefused("The invite would have expired already; choose a later moment.")
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    code = "-".join(letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))
    with transaction.atomic():
        invite = Invite.objects.create(
            code_hash=_hash(letters),
            hint=letters[-4:],
            note=note.strip(),
            uses_allowed=uses,
            expires_at=expires_at,
            created_by=audit.label(actor),
        )
        audit.add_entry(actor, AuditEntry.Action.INVITED, str(invite), reason=invite.note)
    return invite, code


def revoke_invite(invite: Invite, *, actor: Actor, reason: str) -> None:
    """Let nobody register with it any more. ModerationRefused without reason or if it was revoked before."""
    reason = audit.checked_reason(reason)
    now = timezone.now()
    with transaction.atomic():
        if not Invite.objects.filter(pk=invite.pk, revoked_at=None).update(revoked_at=now):
            raise ModerationRefused("This invite was withdrawn before.")
        audit.add_entry(actor, AuditEntry.Action.INVITE_REVOKED, str(invite), reason=reason)
    invite.revoked_at = now


def find_invite(code: str) -> Invite | None:
    """The invite of a code as people type it: in any case, with or without dashes and spaces."""
    letters = normalised(code)
    return Invite.objects.filter(code_hash=_hash(letters)).first() if letters else None


def invite_link(code: str) -> str:
    """An address that opens /join with the code filled in. It is behind the #, so no server and no log sees it."""
    return f"{settings.KEZ_CHAT_PUBLIC_URL}/join#invite={code}"


def redeem_invite(code: str, *, now: datetime) -> Invite:
    """Use an invite once, inside the transaction of the registration. InviteInvalid if it is not good (any more).

    The conditional update settles who gets the last use: however many come at once, no more than allowed succeed.
    """
    invite = find_invite(code)
    good = Q(revoked_at=None, uses__lt=F("uses_allowed")) & (Q(expires_at=None) | Q(expires_at__gt=now))
    if invite is None or not Invite.objects.filter(good, pk=invite.pk).update(uses=F("uses") + 1):
        raise InviteInvalid
    return invite


def normalised(code: str) -> str:
    """The letters of a code; "" if it cannot be one."""
    letters = re.sub(r"[\s-]", "", code).lower()
    return letters if len(letters) == _LENGTH and set(letters) <= set(_ALPHABET) else ""


def _hash(letters: str) -> str:
    # The code has 99 random bits: there is nothing to guess, so a fast hash is enough.
    return hashlib.sha256(b"kez/invite/1\x00" + letters.encode()).hexdigest()
