"""All writes of devices. They only follow the broker's state and are no operator's deeds: they leave no audit row."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from chatbridge import lookup
from chatbridge.models import Device
from kezproto.keys import Primary

DEVICES_PER_PRIMARY = 32
# A login is often the tenth within a minute after a broker's restart: not every one needs a write.
SEEN_RESOLUTION = timedelta(minutes=1)


def admit_device(primary: Primary, device: str, *, now: datetime) -> tuple[Device, list[str]]:
    """The device's row, made or marked as seen, and the ids of devices that were forgotten to keep the limit.

    A forgotten device loses nothing but its place: should it come back, it gets all that the inbox holds.
    """
    known = lookup.device_of(primary, device)
    if known is not None and now - known.last_seen < SEEN_RESOLUTION:
        return known, []
    with transaction.atomic():
        row, made = Device.objects.update_or_create(
            primary_hex=primary.hex,
            device=device,
            defaults={"last_seen": now},
            create_defaults={"created": now, "last_seen": now},
        )
        if not made:
            return row, []
        others = [each for each in lookup.devices_of(primary) if each.pk != row.pk]
        too_many = others[DEVICES_PER_PRIMARY - 1 :]
        Device.objects.filter(pk__in=[each.pk for each in too_many]).delete()
    return row, [each.device for each in too_many]


@transaction.atomic
def advance_cursors(floors: Mapping[tuple[str, str], int]) -> int:
    """Move cursors of (primary hex, device) up to the consumers' ack floors; never back. Answers how many moved."""
    known = lookup.cursors_of(floors)
    moved = 0
    for (primary_hex, device), cursor in known.items():
        floor = floors[primary_hex, device]
        if floor > cursor:
            moved += Device.objects.filter(primary_hex=primary_hex, device=device, cursor__lt=floor).update(
                cursor=floor
            )
    return moved


def reset_cursors(*, beyond: int) -> int:
    """Cursors that point beyond the end of the stream (it was made anew, or restored) go back to the beginning."""
    return Device.objects.filter(cursor__gt=beyond).update(cursor=0)


def hold_back_cursors(*, end: int) -> int:
    """After a restore: no cursor points beyond the stream's last message. All up to there was acknowledged then."""
    return Device.objects.filter(cursor__gt=end).update(cursor=end)


def forget_devices(*, now: datetime) -> int:
    """Delete devices that expired so long ago that the inbox holds nothing from their time."""
    before = lookup.active_since(now) - timedelta(days=settings.KEZ_INBOX_MAX_AGE_DAYS)
    return Device.objects.filter(last_seen__lt=before).delete()[0]
