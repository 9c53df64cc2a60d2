"""Many people who are registered already: rows, written at once. Who they are, everybody here can work out."""

import hashlib

from devstack.stack import Stack
from kezproto.handles import Handle
from kezproto.keys import SigningKey

SERVER = "kez.lat"
_WRITE = """
from django.utils import timezone
from bench.crowd_handles import person
from registry.models import Handle
people = [person(number) for number in range({first}, {first} + {count})]
Handle.objects.bulk_create([
    Handle(
        local=handle.local,
        primary_hex=key.primary.hex,
        status="active",
        registered_at=timezone.now(),
        registration={{}},
    )
    for key, handle in people
])
"""


def person(number: int) -> tuple[SigningKey, Handle]:
    return SigningKey(hashlib.sha256(b"crowd %d" % number).digest()), Handle(f"crowd-{number}", SERVER)


def write_people(stack: Stack, first: int, count: int) -> None:
    """Rows in the registry, past registration: for what needs many handles and not their claims."""
    stack.manage("shell", "-c", _WRITE.format(first=first, count=count))
