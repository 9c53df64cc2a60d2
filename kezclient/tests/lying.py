"""A registry and sigchain service on the loopback whose answers a test bends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kezclient.tests.loopback import Answer, Loopback, json_answer, problem
from kezclient.tests.people import NOW
from kezproto.chain_state import ChainState
from kezproto.handles import Handle
from kezproto.keys import Primary
from kezproto.subjects import inbox_subject
from kezproto.timestamps import format_timestamp


@dataclass
class LyingServer:
    """`keys`: what it says about handles; `chains`: what it serves. Set `down` and it answers 503."""

    loopback: Loopback
    keys: dict[Handle, Primary] = field(default_factory=dict)
    chains: dict[Primary, ChainState] = field(default_factory=dict)
    down: bool = False

    def __post_init__(self) -> None:
        self.loopback.answer = self._answer

    @property
    def url(self) -> str:
        return self.loopback.url

    def entry(self, handle: Handle, primary: Primary) -> dict[str, Any]:
        endpoint = {
            "protocol": "nats",
            "url": "nats://127.0.0.1:4222",
            "inbox": inbox_subject(primary),
        }
        return {
            "handle": handle.local,
            "fqhn": str(handle),
            "primary": str(primary),
            "sigchain_url": f"{self.url}/v1/sigchains/ed25519/{primary.hex}",
            "registered_at": format_timestamp(NOW),
            "endpoints": [
                {**endpoint, "url": "ws://127.0.0.1:8443"},
                endpoint,
                {"protocol": "carrier-pigeon"},
            ],
        }

    def _answer(self, method: str, path: str, body: bytes) -> Answer:
        if self.down:
            return 503, {}, b"down"
        for handle, primary in self.keys.items():
            if path == f"/v1/u/{handle}":
                return json_answer(self.entry(handle, primary))
        for primary, state in self.chains.items():
            if path == f"/v1/sigchains/ed25519/{primary.hex}":
                return json_answer(chain_document(state))
        if path.startswith("/v1/sigchains/ed25519/"):
            return json_answer({"primary": f"ed25519:{path.rpartition('/')[2]}", "head": None, "events": []})
        return problem(404, "not_found", "There is no such handle.")


def chain_document(state: ChainState) -> dict[str, Any]:
    head = state.head
    return {
        "primary": str(state.primary),
        "head": {"seq": head.seq, "hash": head.hash} if head else None,
        "events": [event.document for event in state.events],
    }
