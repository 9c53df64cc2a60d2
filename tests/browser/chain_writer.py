"""Somebody with much on a sigchain, for the profile page."""

import json
import os
import urllib.request
from datetime import UTC, datetime
from typing import Any

from devstack.stack import Stack
from kezproto.chain_state import Head
from kezproto.handles import Handle
from kezproto.keys import SigningKey
from kezproto.registration import registration_payload
from kezproto.sigchain import event_document, verify_event
from kezproto.signed import sign
from kezproto.subjects import inbox_subject

SERVER = "kez.lat"


class ChainWriter:
    """A registered handle; `write` appends to its sigchain, one operation after the other."""

    def __init__(self, name: str, stack: Stack) -> None:
        self.key = SigningKey(os.urandom(32))
        self.handle = Handle(name, SERVER)
        self._head: Head | None = None
        self._events = f"{stack.sigchain_url}/v1/sigchains/ed25519/{self.key.primary.hex}/events"
        payload = registration_payload(
            handle=self.handle, primary=self.key.primary, created_at=datetime.now(UTC)
        )
        _post(f"{stack.base_url}/v1/register", sign("handle_registration", payload, self.key))

    def write(self, op: str, **body: Any) -> None:
        now = datetime.now(UTC)
        document = event_document(key=self.key, head=self._head, op=op, body=body, created_at=now)
        _post(self._events, document)
        event = verify_event(document)
        self._head = Head(event.seq, event.hash)

    def write_much(self) -> None:
        """An endpoint, claims of each kind, one of them taken back, and shared files."""
        inbox = inbox_subject(self.key.primary)
        self.write("add_endpoint", protocol="nats", url="nats://kez.lat:4222", inbox=inbox)
        old = {"kind": "web", "subject": "old-blog.example", "proof_url": "https://old-blog.example/kez"}
        self.write("add_claim", **old)
        self.write(
            "add_claim",
            kind="github",
            subject="chris-writes",
            proof_url="https://gist.github.com/chris-writes/1",
        )
        self.write("add_claim", kind="dns", subject="chris.example", proof_url="dns:chris.example")
        self.write("revoke_claim", **old)
        self.write("set_shared_files", manifest=f"blake3:{'5c' * 32}", size=18_432)


def _post(url: str, document: Any) -> None:
    request = urllib.request.Request(  # noqa: S310 - loopback, http only
        url, data=json.dumps(document).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        assert answer.status == 201
