"""All reads of devices."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from chatbridge.models import Device
from kezproto.keys import Primary


def active_since(now: datetime) -> datetime:
    """A device unseen since this moment no longer counts."""
    return now - timedelta(days=settings.KEZ_DEVICE_EXPIRY_DAYS)


def lowest_cursor(primary: Primary, *, now: datetime) -> int | None:
    """How far the slowest active device of `primary` has read; None if it has no active device."""
    cursors = Device.objects.filter(primary_hex=primary.hex, last_seen__gte=active_since(now))
    return cursors.order_by("cursor").values_list("cursor", flat=True).first()


def devices_of(primary: Primary) -> list[Device]:
    """All devices of `primary`, the one seen last first."""
    return list(Device.objects.filter(primary_hex=primary.hex).order_by("-last_seen", "-pk"))


def count_inboxes(*, since: datetime) -> int:
    """How many people have a device that was seen since then."""
    seen = Device.objects.filter(last_seen__gte=since).order_by()
    return seen.values("primary_hex").distinct().count()


def device_of(primary: Primary, device: str) -> Device | None:
    """One device of `primary`."""
    return Device.objects.filter(primary_hex=primary.hex, device=device).first()


def cursors_of(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Cursors by (primary hex, device), of those that there are."""
    wanted = set(keys)
    rows = Device.objects.filter(primary_hex__in={primary_hex for primary_hex, _ in wanted})
    found = rows.values_list("primary_hex", "device", "cursor")
    return {(hex_, device): cursor for hex_, device, cursor in found if (hex_, device) in wanted}


def check_database() -> None:
    """Raises a DatabaseError if the tables that a login needs cannot be read."""
    Device.objects.exists()
