"""sigchains.json: a chain with every operation, single events and whole chains that must be refused."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from kezproto.chain_operations import (
    Claim,
    Endpoint,
    SharedFiles,
    claim_body,
    endpoint_body,
    shared_files_body,
)
from kezproto.keys import SigningKey
from kezproto.sigchain import ChainState, Head, event_document, extend
from kezproto.subjects import inbox_subject
from kezproto.timestamps import format_timestamp
from vector_tables.cast import (
    ALICE,
    CREATED,
    MALLORY,
    Change,
    Document,
    as_cases,
    changed,
    put,
    resigned,
)
from vector_tables.common_mutations import common_mutations

NATS = Endpoint("nats", url="nats://nats.kez.lat:4222", inbox=inbox_subject(ALICE.primary))
WEB_SOCKET = Endpoint("nats", url="wss://nats.kez.lat:8443", inbox=inbox_subject(ALICE.primary))
IROH = Endpoint("iroh", node_id=ALICE.primary.hex)
HTTPS = Endpoint("https", url="https://files.kez.lat/alice")
DNS = Claim("dns", "alice.example.org", "dns:_kez.alice.example.org")
GITHUB = Claim("github", "alice", "https://gist.example.org/alice/1")
GITHUB_MOVED = Claim("github", "alice", "https://gist.example.org/alice/2")
SHARED = SharedFiles("blake3:" + "5f" * 32, 4096)

_OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("add_endpoint", endpoint_body(NATS)),
    ("add_endpoint", endpoint_body(WEB_SOCKET)),
    ("add_endpoint", endpoint_body(IROH)),
    ("add_endpoint", endpoint_body(HTTPS)),
    ("add_endpoint", endpoint_body(NATS)),
    ("add_claim", claim_body(GITHUB)),
    ("add_claim", claim_body(DNS)),
    ("add_claim", claim_body(GITHUB_MOVED)),
    ("remove_endpoint", endpoint_body(HTTPS)),
    ("revoke_claim", claim_body(DNS)),
    ("set_shared_files", shared_files_body(SHARED)),
    ("add_endpoint", {"protocol": "carrier-pigeon", "loft": "north"}),
    ("add_claim", {"kind": "tattoo", "arm": "left"}),
    ("rotate_moon", {"phase": 3, "note": None}),
    ("add_endpoint", {"protocol": "constructor", "__proto__": {"url": "https://a.b/"}}),
]


def chain_of(key: SigningKey, operations: list[tuple[str, dict[str, Any]]]) -> list[Document]:
    """A valid chain, an event every minute."""
    documents: list[Document] = []
    state = ChainState(key.primary)
    for minute, (op, body) in enumerate(operations):
        document = event_document(
            key=key, head=state.head, op=op, body=body, created_at=CREATED + timedelta(minutes=minute)
        )
        state = extend(state, [document])
        documents.append(document)
    return documents


def build() -> dict[str, Any]:
    documents = chain_of(ALICE, _OPERATIONS)
    first = documents[0]
    return {
        "about": "'chain': replay 'events' for 'primary' and compare. 'refused_events': one event by itself. "
        "'refused_chains': the code and the place (from 0) of the first bad event. Unknown operations change nothing.",
        "chain": _chain(documents),
        "refused_events": as_cases([*common_mutations(first), *_bad_payloads(first)]),
        "refused_chains": [
            {"name": name, "primary": str(ALICE.primary), "error": code, "index": index, "events": events}
            for name, code, index, events in _bad_chains(documents[:3])
        ],
    }


def _chain(documents: list[Document]) -> dict[str, Any]:
    state = extend(ChainState(ALICE.primary), documents)
    if state.head is None:
        raise ValueError("the chain is empty")
    return {
        "primary": str(ALICE.primary),
        "events": documents,
        "hashes": [event.hash for event in state.events],
        "head": {"seq": state.head.seq, "hash": state.head.hash},
        "endpoints": [endpoint_body(endpoint) for endpoint in state.endpoints],
        "claims": [claim_body(claim) for claim in state.claims],
        "shared_files": dataclasses.asdict(state.shared_files) if state.shared_files else None,
    }


def _bad_payloads(first: Document) -> list[tuple[str, str, Document]]:
    fields = [
        ("seq zero", "malformed", "seq", 0),
        ("seq as text", "malformed", "seq", "1"),
        ("seq true", "malformed", "seq", True),
        ("prev of another form", "malformed", "prev", "00" * 32),
        ("prev in upper case", "malformed", "prev", "sha256:" + "AB" * 32),
        ("op empty", "malformed", "op", ""),
        ("op in upper case", "malformed", "op", "ADD_ENDPOINT"),
        ("op too long", "malformed", "op", "a" * 65),
        ("body null", "malformed", "body", None),
        ("body a list", "malformed", "body", []),
    ]
    bodies: list[tuple[str, str, str, dict[str, Any]]] = [
        ("endpoint without protocol", "malformed", "add_endpoint", {"url": NATS.url}),
        ("endpoint with protocol null", "malformed", "add_endpoint", {"protocol": None}),
        ("nats endpoint without inbox", "malformed", "add_endpoint", {"protocol": "nats", "url": NATS.url}),
        (
            "nats endpoint with a web URL",
            "malformed",
            "add_endpoint",
            endpoint_body(NATS) | {"url": "http://a.b"},
        ),
        (
            "nats endpoint with a space",
            "malformed",
            "add_endpoint",
            endpoint_body(NATS) | {"url": "nats://a b"},
        ),
        (
            "nats endpoint with a wildcard",
            "malformed",
            "remove_endpoint",
            endpoint_body(NATS) | {"inbox": "kez.inbox.*"},
        ),
        (
            "nats endpoint with a further field",
            "unknown_field",
            "add_endpoint",
            endpoint_body(NATS) | {"x": 1},
        ),
        (
            "iroh endpoint with a short node id",
            "malformed",
            "add_endpoint",
            {"protocol": "iroh", "node_id": "ab"},
        ),
        (
            "https endpoint without TLS",
            "malformed",
            "add_endpoint",
            {"protocol": "https", "url": "http://a.b/"},
        ),
        ("claim without kind", "malformed", "add_claim", {"subject": "a", "proof_url": "https://a.b/"}),
        (
            "claim with a script as proof",
            "malformed",
            "add_claim",
            claim_body(DNS) | {"proof_url": "javascript:1"},
        ),
        ("claim with a line break", "malformed", "revoke_claim", claim_body(DNS) | {"subject": "a\nb"}),
        ("claim with a further field", "unknown_field", "add_claim", claim_body(DNS) | {"x": 1}),
        (
            "shared files with another hash",
            "malformed",
            "set_shared_files",
            {"manifest": "sha256:" + "0" * 64, "size": 1},
        ),
        (
            "shared files of negative size",
            "malformed",
            "set_shared_files",
            shared_files_body(SHARED) | {"size": -1},
        ),
        ("shared files without size", "malformed", "set_shared_files", {"manifest": SHARED.manifest}),
    ]
    found = [(name, code, resigned(first, put(field, value))) for name, code, field, value in fields]
    for name, code, op, body in bodies:
        found.append((name, code, resigned(first, _operation(op, body))))
    return found


def _operation(op: str, body: dict[str, Any]) -> Change:
    return lambda payload: payload.update({"op": op, "body": body})


def _bad_chains(good: list[Document]) -> list[tuple[str, str, int, list[Document]]]:
    one, two, three = good
    head = Head(1, extend(ChainState(ALICE.primary), [one]).events[0].hash)

    def second(**changes: Any) -> Document:
        return resigned(two, lambda payload: payload.update(changes))

    mallorys = event_document(
        key=MALLORY, head=head, op="rotate_moon", body={}, created_at=CREATED + timedelta(minutes=1)
    )
    backwards = format_timestamp(CREATED - timedelta(seconds=301))
    a_tick_too_far = format_timestamp(CREATED - timedelta(seconds=300, microseconds=1))
    return [
        ("the first event is missing", "chain_wrong_seq", 0, [two, three]),
        ("an event is missing", "chain_wrong_seq", 1, [one, three]),
        ("two events are swapped", "chain_wrong_seq", 1, [one, three, two]),
        ("an event stands twice", "chain_wrong_seq", 1, [one, one, two]),
        (
            "the first event names a predecessor",
            "chain_wrong_prev",
            0,
            [resigned(one, put("prev", head.hash))],
        ),
        ("prev names another event", "chain_wrong_prev", 1, [one, second(prev="sha256:" + "00" * 32), three]),
        ("prev is null later on", "chain_wrong_prev", 1, [one, second(prev=None)]),
        ("an event is forked", "chain_wrong_prev", 2, [one, second(op="rotate_moon", body={}), three]),
        ("an event of another key", "chain_foreign_key", 1, [one, mallorys]),
        (
            "an event signed by another key",
            "chain_foreign_key",
            1,
            [one, resigned(two, lambda payload: None, MALLORY)],
        ),
        (
            "a signature that fails",
            "chain_bad_signature",
            2,
            [one, two, changed(three, lambda target: target["payload"].update({"op": "rotate_moon"}))],
        ),
        ("time runs backwards", "chain_time_backwards", 1, [one, second(created_at=backwards)]),
        (
            "time runs backwards a microsecond too far",
            "chain_time_backwards",
            1,
            [one, second(created_at=a_tick_too_far)],
        ),
        ("an event with a field too many", "chain_malformed", 1, [one, second(note="hi")]),
        ("an event of another type", "chain_malformed", 0, [resigned(one, put("type", "kez.other"))]),
    ]
