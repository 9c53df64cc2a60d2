"""Whether a name may be registered by a key at all: reservations first, then what looks like a well-known name."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from kezproto.keys import Primary
from registry import errors
from registry.models import Reservation
from registry.patterns import matches
from registry.reserved import shipped_skeletons, well_known_names, well_known_skeletons
from registry.skeletons import skeleton
from registry.standing import Standing


def check_name(local: str, primary: Primary, standing: Standing, *, now: datetime) -> None:
    """Raises HandleReserved or HandleLookalike. What is reserved for this very key is free for it."""
    form = skeleton(local)
    reservations = matching_reservations(local, now=now) if standing.reservations else []
    if any(each.primary_hex == primary.hex and matches(each.name, local) for each in reservations):
        return
    if reservations or form in shipped_skeletons():
        raise errors.HandleReserved
    if form in well_known_skeletons() and local not in well_known_names():
        raise errors.HandleLookalike
    if standing.well_known:
        raise errors.HandleLookalike


def is_reserved(local: str, *, now: datetime | None = None) -> bool:
    """Whether a name, or one that looks like it, ships reserved or was reserved by an operator, be it for a key."""
    return skeleton(local) in shipped_skeletons() or bool(
        matching_reservations(local, now=now or timezone.now())
    )


def matching_reservations(local: str, *, now: datetime) -> list[Reservation]:
    """The operators' reservations that cover a name or one that it looks like, without those that have expired."""
    form = skeleton(local)
    unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
    rows = Reservation.objects.filter(unexpired, Q(skeleton=form) | Q(is_pattern=True))
    return [row for row in rows if row.skeleton == form or _fits(row, local, form)]


def _fits(row: Reservation, local: str, form: str) -> bool:
    return row.is_pattern and (matches(row.name, local) or matches(row.skeleton, form))
