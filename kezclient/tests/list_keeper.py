"""Sigchains and lists of shared files on the loopback, as a server keeps them; a test bends what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from kezclient.tests.loopback import Answer, Loopback, json_answer, problem
from kezclient.tests.lying import chain_document
from kezclient.tests.people import NOW
from kezproto.canonical import canonical_bytes
from kezproto.chain_operations import SET_SHARED_FILES, SharedFiles, shared_files_body
from kezproto.chain_state import ChainState
from kezproto.digests import digest_of
from kezproto.errors import ChainError
from kezproto.keys import Primary, SigningKey
from kezproto.shared_files import shared_files_payload
from kezproto.sigchain import event_document, extend
from kezproto.signed import sign
from kezproto.timestamps import format_timestamp


def signed_list(key: SigningKey, version_no: int, entries: Sequence[bytes]) -> dict[str, Any]:
    payload = shared_files_payload(
        primary=key.primary, version_no=version_no, entries=entries, created_at=NOW
    )
    return sign("shared_files", payload, key)


def commitment(document: dict[str, Any]) -> SharedFiles:
    data = canonical_bytes(document)
    return SharedFiles(manifest=digest_of(data), size=len(data))


class ListKeeper:
    """`chains` and `lists` by the owner's hex key. `before_put`, `before_append`: called with the hex key; an answer
    that they give is given instead, once."""

    def __init__(self, loopback: Loopback) -> None:
        self.chains: dict[str, ChainState] = {}
        self.lists: dict[str, dict[str, Any]] = {}
        self.before_put: Callable[[str], Answer | None] = lambda _: None
        self.before_append: Callable[[str], Answer | None] = lambda _: None
        self.loopback = loopback
        loopback.answer = self._answer

    def chain(self, key: SigningKey) -> ChainState:
        return self.chains.get(key.primary.hex, ChainState(key.primary))

    def chain_url(self, key: SigningKey) -> str:
        return f"{self.loopback.url}/v1/sigchains/ed25519/{key.primary.hex}"

    def commit(self, key: SigningKey, document: dict[str, Any]) -> None:
        """The owner's chain names this list."""
        state = self.chain(key)
        event = event_document(
            key=key,
            head=state.head,
            op=SET_SHARED_FILES,
            body=shared_files_body(commitment(document)),
            created_at=state.head_time or NOW,
        )
        self.chains[key.primary.hex] = extend(state, [event])

    def publish(self, key: SigningKey, version_no: int, entries: Sequence[bytes]) -> dict[str, Any]:
        """A list as an honest owner makes it known."""
        document = signed_list(key, version_no, entries)
        self.commit(key, document)
        self.lists[key.primary.hex] = document
        return document

    def _answer(self, method: str, path: str, body: bytes) -> Answer:
        parts = path.partition("?")[0].strip("/").split("/")
        match (method, *parts):
            case ("GET", "v1", "sigchains", "ed25519", owner):
                state = self.chains.get(owner)
                empty: dict[str, Any] = {"primary": f"ed25519:{owner}", "head": None, "events": []}
                return json_answer(chain_document(state) if state else empty)
            case ("POST", "v1", "sigchains", "ed25519", owner, "events"):
                return self.before_append(owner) or self._append(owner, json.loads(body))
            case ("GET", "v1", "shared-files", owner) if owner in self.lists:
                return json_answer(self.lists[owner])
            case ("PUT", "v1", "shared-files", owner):
                return self.before_put(owner) or self._put(owner, json.loads(body))
            case ("GET", "v1", "files", _):
                return json_answer(_READY)
        return problem(404, "no_shared_files", "This key has no list of shared files here.")

    def _append(self, owner: str, event: dict[str, Any]) -> Answer:
        state = self.chains.get(owner, ChainState(Primary.from_hex(owner)))
        try:
            self.chains[owner] = extend(state, [event])
        except ChainError:
            return problem(409, "chain_wrong_seq", "Another event has this place.")
        return json_answer({}, 201)

    def _put(self, owner: str, document: dict[str, Any]) -> Answer:
        state = self.chains.get(owner)
        if state is None or state.shared_files != commitment(document):
            return problem(409, "not_committed", "Your sigchain does not commit to this list.")
        self.lists[owner] = document
        return json_answer({}, 201)


_READY = {
    "state": "ready",
    "received": 1,
    "chunks": 1,
    "missing": [],
    "cause": None,
    "cause_code": None,
    "expires_at": format_timestamp(NOW + timedelta(days=30)),
}
