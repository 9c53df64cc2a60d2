"""How much one handle may upload. Checked under the lock of the handle's row, so that two at once cannot slip by."""

from datetime import datetime

from django.conf import settings

from files import errors, lookup
from kezproto.keys import Primary


def check_quotas(uploader: Primary, *, size: int, is_new: bool, now: datetime) -> None:
    """QuotaDaily, QuotaInFlight or QuotaStored if one more file of `size` bytes is too much.

    A file that is announced again after a failure is not `is_new`: it has been counted that day.
    """
    used = lookup.usage(uploader, now=now)
    if is_new and used.today >= settings.KEZ_FILES_PER_DAY:
        raise errors.QuotaDaily(limit=settings.KEZ_FILES_PER_DAY, used=used.today)
    if used.in_flight + size > settings.KEZ_FILES_IN_FLIGHT_BYTES:
        raise errors.QuotaInFlight(limit=settings.KEZ_FILES_IN_FLIGHT_BYTES, used=used.in_flight)
    # What is under way will be stored.
    stored = used.stored + used.in_flight
    if stored + size > settings.KEZ_FILES_STORED_BYTES:
        raise errors.QuotaStored(limit=settings.KEZ_FILES_STORED_BYTES, used=stored)
