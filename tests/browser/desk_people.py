"""A month's worth of people, reports and figures, so that there is something to see at the desk.

Runs inside the server whose desk is photographed: `manage.py shell --command "…; populate()"`.
"""

import math
import random
import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from chatbridge.models import Device
from console.models import Sample
from console.tests.rows import reported
from registry import services
from registry.models import Handle, PendingRegistration, Reservation
from registry.tests.cast import key_number, registered, registration
from reports.tests.cast import message

NAMES = (
    *("anna", "bruno", "clara", "dmitri", "elena", "farid", "greta", "hugo", "ines"),
    *("jonas", "kaya", "lukas", "mira", "nils", "olaf", "petra", "quinn", "rosa"),
)
WAITING = ("sven", "tilda", "ursula")
HOURS = 30 * 24
ACTOR = "operator:olga"


def populate() -> None:
    random.seed(5)
    now = timezone.now()
    handles = [_person(number, name, now) for number, name in enumerate(NAMES)]
    for handle in handles[3:6]:
        services.suspend_handle(handle, actor=ACTOR, reason="Sold followers to strangers.")
    services.reinstate_handle(handles[5], actor=ACTOR, reason="Somebody else had the password.")
    services.note_handle(handles[1], actor=ACTOR, reason="Asked how to move to another phone.")
    report = reported(handles[1], by=handles[0])
    words = "Ten thousand followers for 5 €. Only today!"
    opened = message(key_number(1), key_number(0).primary, words, local=NAMES[1])
    report.document, report.message_count = {"payload": {"messages": [opened]}}, 1
    report.save()
    for number, name in enumerate(WAITING, start=len(NAMES)):
        key = key_number(number)
        PendingRegistration.objects.create(
            local=name,
            primary_hex=key.primary.hex,
            registration=registration(key, name),
            asked_at=now - timedelta(hours=number),
        )
    services.reserve_name(Reservation(name="city-*", reason="For the town."), actor=ACTOR)
    services.make_invite(actor=ACTOR, uses=20, note="For the library.")
    _figures(now)


def _person(number: int, name: str, now: datetime) -> Handle:
    handle = registered(key_number(number), name, at=now - timedelta(days=number * 3, hours=number))
    if number % 4:
        seen = now - timedelta(hours=number * 5)
        Device.objects.create(
            primary_hex=handle.primary_hex,
            device=secrets.token_hex(8),
            created=handle.registered_at,
            last_seen=seen,
        )
    return handle


def _figures(now: datetime) -> None:
    """A server that grows, busier by day than by night."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    messages, handles, rows = 40_000, 2_100, []
    for back in range(HOURS, -1, -1):
        moment = hour - timedelta(hours=back)
        messages += int(700 - 600 * math.cos(moment.hour / 24 * math.tau) + random.random() * 200)
        handles += random.choice((0, 0, 1, 2, 3))
        rows.append(_sample(moment, messages, handles, hour=moment))
    Sample.objects.bulk_create([*rows, _sample(now, messages + 160, handles)])


def _sample(at: datetime, messages: int, handles: int, hour: datetime | None = None) -> Sample:
    return Sample(
        at=at,
        hour=hour,
        handles=handles,
        active_handles=handles - 31,
        inboxes=int(handles * (0.4 + 0.05 * math.sin(at.timestamp() / 86_400))),
        messages=messages,
        waiting=messages // 9,
        chunks=14,
        broker_bytes=8_600_000_000,
        broker_room=10_000_000_000,
        broker_version="2.15.1",
        files=handles * 3,
        file_bytes=handles * 2_400_000,
        file_room=80_000_000_000,
        tasks=2,
    )
