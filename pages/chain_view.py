"""A sigchain as its links are drawn: words for people, nothing that a chain says is trusted to be more than text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kezproto.chain_operations import (
    ADD_CLAIM,
    ADD_ENDPOINT,
    REMOVE_ENDPOINT,
    REVOKE_CLAIM,
    Claim,
    Endpoint,
    SharedFiles,
)
from kezproto.chain_state import ChainState, Event

# So many of the newest events are drawn.
SHOWN = 100
_CLAIMED = {"dns": "domain", "github": "GitHub name", "nostr": "Nostr key", "web": "website"}
_REACHED = {"nats": "over NATS", "iroh": "over Iroh", "https": "over HTTPS"}


@dataclass(frozen=True, slots=True)
class Link:
    """One event. `said` is the owner's own text; `proof` an address to look at, `is_web` if a browser can."""

    seq: int
    icon: str
    title: str
    said: str
    proof: str
    is_web: bool
    created_at: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class ChainView:
    """`links` newest first; `earlier` counts those that are not drawn."""

    links: tuple[Link, ...]
    earlier: int
    endpoints: tuple[Link, ...]
    claims: tuple[Link, ...]
    shared_files: SharedFiles | None


def view_of(state: ChainState) -> ChainView:
    """What the profile page draws of a verified chain."""
    newest = state.events[-SHOWN:]
    links = tuple(_link(event) for event in reversed(newest))
    return ChainView(
        links=links,
        earlier=len(state.events) - len(newest),
        endpoints=tuple(_standing(state, ADD_ENDPOINT, state.endpoints)),
        claims=tuple(_standing(state, ADD_CLAIM, state.claims)),
        shared_files=state.shared_files,
    )


def _standing(state: ChainState, op: str, operands: Iterable[Endpoint | Claim]) -> Iterable[Link]:
    """The links whose endpoints or claims hold now; each by the event that said it last."""
    by_operand = {event.operand: event for event in state.events if event.op == op}
    return (_link(by_operand[operand]) for operand in operands)


def _link(event: Event) -> Link:
    icon, title, said, proof = _words(event)
    return Link(
        seq=event.seq,
        icon=icon,
        title=title,
        said=said,
        proof=proof,
        is_web=proof.startswith("https://"),
        created_at=event.created_at,
        hash=event.hash.removeprefix("sha256:"),
    )


def _words(event: Event) -> tuple[str, str, str, str]:
    match event.operand:
        case Endpoint() as endpoint:
            how = _REACHED[endpoint.protocol]
            title = f"No longer reached {how}" if event.op == REMOVE_ENDPOINT else f"Reached {how}"
            return "send", title, endpoint.url or endpoint.node_id or "", ""
        case Claim() as claim:
            what = _CLAIMED[claim.kind]
            title = f"No longer claims a {what}" if event.op == REVOKE_CLAIM else f"Claims a {what}"
            return "at", title, claim.subject, claim.proof_url
        case SharedFiles() as shared:
            return "download", "Shares a list of files", f"{shared.size} bytes, {shared.manifest}", ""
    return "info", "Something that this server does not know yet", event.op, ""
