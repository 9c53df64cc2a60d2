"""What a sigchain says once all its events are read: a value that never changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kezproto.chain_operations import (
    ADD_CLAIM,
    ADD_ENDPOINT,
    Claim,
    Endpoint,
    Operand,
    SharedFiles,
    UnknownOperation,
)
from kezproto.keys import Primary


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a chain: its number (from 1) and `sha256:<hex>` of the whole signed object."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Event:
    """A verified event on its own; whether it fits into a chain, `check_next` says."""

    primary: Primary
    seq: int
    prev: str | None
    op: str
    body: dict[str, Any]
    operand: Operand
    created_at: datetime
    hash: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChainState:
    """A verified chain and what follows from it.

    Endpoints and claims stand in the order in which they were first added. A claim is replaced by a later one with
    the same kind and subject.
    """

    primary: Primary
    events: tuple[Event, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    claims: tuple[Claim, ...] = ()
    shared_files: SharedFiles | None = None

    @property
    def head(self) -> Head | None:
        return Head(self.events[-1].seq, self.events[-1].hash) if self.events else None

    @property
    def head_time(self) -> datetime | None:
        return self.events[-1].created_at if self.events else None


@dataclass(slots=True)
class ChainBuilder:
    """Collects events that were checked already. Not for use outside the replay."""

    primary: Primary
    events: list[Event] = field(default_factory=list)
    endpoints: dict[Endpoint, None] = field(default_factory=dict)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)
    shared_files: SharedFiles | None = None

    @classmethod
    def from_state(cls, state: ChainState) -> ChainBuilder:
        return cls(
            primary=state.primary,
            events=list(state.events),
            endpoints=dict.fromkeys(state.endpoints),
            claims={(claim.kind, claim.subject): claim for claim in state.claims},
            shared_files=state.shared_files,
        )

    def add(self, event: Event) -> None:
        self.events.append(event)
        match event.operand:
            case Endpoint() as endpoint if event.op == ADD_ENDPOINT:
                self.endpoints.setdefault(endpoint)
            case Endpoint() as endpoint:
                self.endpoints.pop(endpoint, None)
            case Claim() as claim if event.op == ADD_CLAIM:
                self.claims[claim.kind, claim.subject] = claim
            case Claim() as claim:
                self.claims.pop((claim.kind, claim.subject), None)
            case SharedFiles() as shared:
                self.shared_files = shared
            case UnknownOperation():
                pass

    def build(self) -> ChainState:
        return ChainState(
            primary=self.primary,
            events=tuple(self.events),
            endpoints=tuple(self.endpoints),
            claims=tuple(self.claims.values()),
            shared_files=self.shared_files,
        )
