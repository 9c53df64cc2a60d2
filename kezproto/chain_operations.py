"""The bodies of sigchain operations.

An operation of an unknown name, or a known one with an unknown `protocol` or `kind`, is kept and changes nothing,
so that an older client can still follow a newer one's chain. What is known must have exactly its fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kezproto import fields
from kezproto.errors import Malformed
from kezproto.fields import Check, check_fields

ADD_ENDPOINT = "add_endpoint"
REMOVE_ENDPOINT = "remove_endpoint"
ADD_CLAIM = "add_claim"
REVOKE_CLAIM = "revoke_claim"
SET_SHARED_FILES = "set_shared_files"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A place where the chain's owner can be reached: nats has url and inbox, iroh a node id, https a url."""

    protocol: str
    url: str | None = None
    inbox: str | None = None
    node_id: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A name elsewhere (`kind` and `subject`) that the owner says is theirs, and where the proof stands."""

    kind: str
    subject: str
    proof_url: str


@dataclass(frozen=True, slots=True)
class SharedFiles:
    """What the owner's shared-files object hashes to, and its size in bytes."""

    manifest: str
    size: int


@dataclass(frozen=True, slots=True)
class UnknownOperation:
    """An operation that a newer client may understand."""


Operand = Endpoint | Claim | SharedFiles | UnknownOperation

_ENDPOINTS: dict[str, dict[str, Check]] = {
    "nats": {
        "url": fields.url("nats://", "tls://", "ws://", "wss://"),
        "inbox": fields.pattern(r"kez\.inbox\.[0-9a-f]{64}", "the subject of an inbox"),
    },
    "iroh": {"node_id": fields.hex_digits(64)},
    "https": {"url": fields.url("https://")},
}
_CLAIM_KINDS = ("dns", "github", "nostr", "web")
_CLAIM: dict[str, Check] = {
    "kind": fields.anything,
    "subject": fields.plain_line(1, 255),
    "proof_url": fields.url("https://", "dns:", "nostr:"),
}
_SHARED_FILES: dict[str, Check] = {"manifest": fields.blake3, "size": fields.integer(0)}


def endpoint_body(endpoint: Endpoint) -> dict[str, Any]:
    """The body of `add_endpoint` and `remove_endpoint`."""
    members = {"url": endpoint.url, "inbox": endpoint.inbox, "node_id": endpoint.node_id}
    return {"protocol": endpoint.protocol, **{k: v for k, v in members.items() if v is not None}}


def claim_body(claim: Claim) -> dict[str, Any]:
    """The body of `add_claim` and `revoke_claim`."""
    return {"kind": claim.kind, "subject": claim.subject, "proof_url": claim.proof_url}


def shared_files_body(shared: SharedFiles) -> dict[str, Any]:
    """The body of `set_shared_files`."""
    return {"manifest": shared.manifest, "size": shared.size}


def parse_operation(op: str, body: Mapping[str, Any]) -> Operand:
    """What the operation is about. Malformed or UnknownField where a known operation has a wrong body."""
    if op in (ADD_ENDPOINT, REMOVE_ENDPOINT):
        return _parse_endpoint(op, body)
    if op in (ADD_CLAIM, REVOKE_CLAIM):
        return _parse_claim(op, body)
    if op == SET_SHARED_FILES:
        check_fields(body, _SHARED_FILES, what=op, optional=frozenset())
        return SharedFiles(manifest=body["manifest"], size=body["size"])
    return UnknownOperation()


def _parse_endpoint(op: str, body: Mapping[str, Any]) -> Operand:
    protocol = _selector(op, body, "protocol")
    if protocol not in _ENDPOINTS:
        return UnknownOperation()
    table = {"protocol": fields.anything, **_ENDPOINTS[protocol]}
    check_fields(body, table, what=op, optional=frozenset())
    return Endpoint(
        protocol=protocol, url=body.get("url"), inbox=body.get("inbox"), node_id=body.get("node_id")
    )


def _parse_claim(op: str, body: Mapping[str, Any]) -> Operand:
    kind = _selector(op, body, "kind")
    if kind not in _CLAIM_KINDS:
        return UnknownOperation()
    check_fields(body, _CLAIM, what=op, optional=frozenset())
    return Claim(kind=kind, subject=body["subject"], proof_url=body["proof_url"])


def _selector(op: str, body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise Malformed(f"{op} needs the text field {name!r}.")
    return value
