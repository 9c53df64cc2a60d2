"""Lists of shared files as their owners make them, and a sigchain service that says what a test wants of a key."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from kezclient.tests.loopback import Answer, Loopback, json_answer
from kezproto.canonical import canonical_bytes
from kezproto.chain_operations import SET_SHARED_FILES, SharedFiles, shared_files_body
from kezproto.digests import digest_of
from kezproto.keys import SigningKey
from kezproto.shared_files import shared_files_payload
from kezproto.sigchain import event_document, replay, verify_event
from kezproto.signed import sign

MADE = datetime(2026, 5, 25, 3, 0, tzinfo=UTC)


def listed(key: SigningKey, version_no: int = 1, *, entries: int = 2) -> dict[str, Any]:
    """A signed list; what is in its entries is nobody's business here."""
    sealed = [bytes([number % 251]) * (300 + number) for number in range(entries)]
    payload = shared_files_payload(
        primary=key.primary, version_no=version_no, entries=sealed, created_at=MADE
    )
    return sign("shared_files", payload, key)


def commitment(document: dict[str, Any]) -> SharedFiles:
    data = canonical_bytes(document)
    return SharedFiles(manifest=digest_of(data), size=len(data))


class Chains:
    """A sigchain service. `broken` is what it answers instead, if that is set."""

    def __init__(self, service: Loopback) -> None:
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.service = service
        self.broken: Answer | None = None
        service.answer = self._answer

    def commit(self, key: SigningKey, shared: SharedFiles) -> None:
        events = self.events.setdefault(key.primary.hex, [])
        events.append(
            event_document(
                key=key,
                head=replay(key.primary, events).head,
                op=SET_SHARED_FILES,
                body=shared_files_body(shared),
                created_at=MADE + timedelta(minutes=len(events)),
            )
        )

    def _answer(self, method: str, path: str, body: bytes) -> Answer:
        if self.broken is not None:
            return self.broken
        hex_key = path.rpartition("/")[2]
        return json_answer(chain_document(hex_key, self.events.get(hex_key, [])))


def chain_document(hex_key: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    """What the sigchain service says of a key."""
    last = verify_event(events[-1]) if events else None
    head = {"seq": last.seq, "hash": last.hash} if last else None
    return {"primary": f"ed25519:{hex_key}", "events": events, "head": head}


@contextmanager
def chains_for(settings: Any) -> Iterator[Chains]:
    with Loopback() as service:
        settings.KEZ_CHAT_SIG_SERVER_URL = service.url
        yield Chains(service)
