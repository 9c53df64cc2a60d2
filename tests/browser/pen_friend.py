"""Somebody who writes a great many messages quickly, straight to NATS, with a key and a handle like everybody's."""

import asyncio
import json
import os
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from devstack.stack import Stack
from kezproto.bodies import text_body
from kezproto.chain_state import Head
from kezproto.envelope import seal
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey
from kezproto.messages import message_payload, uuid7
from kezproto.registration import registration_payload
from kezproto.signed import sign, verify
from natslink.client import client_connection, publish_envelope

SERVER = "kez.lat"
WINDOW = 200


class PenFriend:
    """A registered handle. `write` numbers and links its messages as one device does."""

    def __init__(self, name: str, stack: Stack) -> None:
        self.stack = stack
        self.key = SigningKey(os.urandom(32))
        self.handle = Handle(name, SERVER)
        self.device = os.urandom(8).hex()
        self._last: dict[Primary, Head] = {}
        payload = registration_payload(
            handle=self.handle, primary=self.key.primary, created_at=datetime.now(UTC)
        )
        self._ask("/v1/register", sign("handle_registration", payload, self.key))

    @property
    def name(self) -> str:
        return self.handle.local

    def primary_of(self, name: str) -> Primary:
        return Primary.parse(self._ask(f"/v1/u/{name}")["primary"])

    def write(self, name: str, texts: list[str]) -> None:
        """Returns when the broker has confirmed every one of them."""
        self.deliver(name, *self.compose(name, *texts))

    def compose(self, name: str, *bodies: str | dict[str, Any]) -> list[bytes]:
        """Numbered, sealed messages for somebody: texts, or other bodies. They need not be delivered, or not once."""
        reader = self.primary_of(name)
        return [self._seal(reader, text_body(body) if isinstance(body, str) else body) for body in bodies]

    def deliver(self, name: str, *envelopes: bytes) -> None:
        """Puts envelopes, or whatever looks like one to the broker, into somebody's inbox, in this order."""
        reader = self.primary_of(name)
        with ThreadPoolExecutor(1) as pool:  # Playwright's event loop has this thread
            pool.submit(lambda: asyncio.run(self._publish(reader, envelopes))).result()

    def _seal(self, reader: Primary, body: dict[str, Any]) -> bytes:
        now = datetime.now(UTC)
        last = self._last.get(reader)
        payload = message_payload(
            id=uuid7(now, os.urandom(10)),
            sender=self.key.primary,
            sender_handle=self.handle,
            to=reader,
            device=self.device,
            seq=last.seq + 1 if last else 1,
            prev=last.hash if last else None,
            chain=None,
            created_at=now,
            body=body,
        )
        document = sign("message", payload, self.key)
        checked = verify(document, tag="message", type="kez.chat.message", version=2)
        self._last[reader] = Head(payload["seq"], checked.hash)
        return seal(document, reader)

    async def _publish(self, reader: Primary, envelopes: Sequence[bytes]) -> None:
        """In order: each window is confirmed before the next one is written."""
        async with client_connection(
            urls=[self.stack.nats_url], key=self.key, device=self.device
        ) as connection:
            for start in range(0, len(envelopes), WINDOW):
                await asyncio.gather(
                    *(
                        publish_envelope(
                            connection, reader, envelope, msg_id=os.urandom(16).hex(), timeout=60
                        )
                        for envelope in envelopes[start : start + WINDOW]
                    )
                )

    def _ask(self, path: str, document: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - loopback, http only
            f"{self.stack.base_url}{path}",
            data=json.dumps(document).encode() if document else None,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
