"""The cast: alice (owner), bob (peer), mallory (a registered stranger), and what they do on the broker."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings

from kezproto.handles import Handle
from kezproto.keys import SigningKey
from kezproto.registration import registration_payload, verify_registration
from kezproto.signed import sign
from natslink.client import client_connection
from natslink.connection import SupervisedConnection
from registry import services
from registry.models import Handle as HandleRow


@dataclass
class Person:
    """A key with a handle, on one device."""

    local: str
    device: str = "00000000000000aa"
    key: SigningKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = SigningKey(hashlib.sha256(self.local.encode()).digest())

    @property
    def primary(self):
        return self.key.primary

    @property
    def hex(self) -> str:
        return self.key.primary.hex

    @property
    def row(self) -> HandleRow:
        return HandleRow.objects.get(local=self.local)

    def register(self) -> None:
        now = datetime.now(UTC)
        handle = Handle(self.local, settings.KEZ_CHAT_SERVER)
        payload = registration_payload(handle=handle, primary=self.primary, created_at=now)
        document = sign("handle_registration", payload, self.key)
        registration = verify_registration(document, server=settings.KEZ_CHAT_SERVER, now=now)
        services.register_handle(registration, actor=self.primary, now=now)

    def connection(self, **options) -> SupervisedConnection:
        return client_connection(urls=[settings.NATS_URL], key=self.key, **{"device": self.device, **options})


def new_id() -> str:
    return secrets.token_hex(16)
