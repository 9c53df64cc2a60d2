"""How much one handle may upload. Checked under the lock of the handle's row, so that two at once cannot slip by."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from files import errors, lookup
from files.models import Quota
from kezproto.keys import Primary


@dataclass(frozen=True, slots=True)
class Limits:
    """What one handle may use: bytes being uploaded, bytes stored, files announced within 24 hours."""

    in_flight: int
    stored: int
    per_day: int


def limits_of(uploader: Primary) -> Limits:
    """The server's own limits, but for what an operator has set for this handle."""
    quota = Quota.objects.filter(handle__primary_hex=uploader.hex).first() or Quota()
    return Limits(
        in_flight=_first(quota.in_flight_bytes, settings.KEZ_FILES_IN_FLIGHT_BYTES),
        stored=_first(quota.stored_bytes, settings.KEZ_FILES_STORED_BYTES),
        per_day=_first(quota.files_per_day, settings.KEZ_FILES_PER_DAY),
    )


def check_quotas(uploader: Primary, *, size: int, is_new: bool, now: datetime) -> None:
    """QuotaDaily, QuotaInFlight or QuotaStored if one more file of `size` bytes is too much.

    A file that is announced again after a failure is not `is_new`: it has been counted that day.
    """
    used, limits = lookup.usage(uploader, now=now), limits_of(uploader)
    if is_new and used.today >= limits.per_day:
        raise errors.QuotaDaily(limit=limits.per_day, used=used.today)
    if used.in_flight + size > limits.in_flight:
        raise errors.QuotaInFlight(limit=limits.in_flight, used=used.in_flight)
    # What is under way will be stored.
    stored = used.stored + used.in_flight
    if stored + size > limits.stored:
        raise errors.QuotaStored(limit=limits.stored, used=stored)


def _first(own: int | None, servers: int) -> int:
    return servers if own is None else own
