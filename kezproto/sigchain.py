"""The rules of a sigchain: how an event is made, checked, and linked to the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from kezproto.chain_operations import parse_operation
from kezproto.chain_state import ChainBuilder, ChainState, Event, Head
from kezproto.errors import (
    BadSignature,
    ChainBadSignature,
    ChainError,
    ChainMalformed,
    ForeignKey,
    KeyMismatch,
    PinMismatch,
    ProtocolError,
    TimeBackwards,
    WrongPrev,
    WrongSeq,
)
from kezproto.keys import Primary, SigningKey
from kezproto.payloads import SIGCHAIN_EVENT
from kezproto.signed import sign, verify
from kezproto.timestamps import MAX_CLOCK_SKEW, format_timestamp, parse_timestamp

__all__ = [
    "ChainState",
    "Event",
    "Head",
    "check_next",
    "check_pin",
    "event_document",
    "extend",
    "replay",
    "verify_event",
]


def event_document(
    *, key: SigningKey, head: Head | None, op: str, body: Mapping[str, Any], created_at: datetime
) -> dict[str, Any]:
    """The signed event that follows `head` (None: the first one) in the chain of `key`."""
    parse_operation(op, body)
    payload = {
        "type": SIGCHAIN_EVENT.type,
        "version": SIGCHAIN_EVENT.version,
        "primary": str(key.primary),
        "seq": head.seq + 1 if head else 1,
        "prev": head.hash if head else None,
        "op": op,
        "body": body,
        "created_at": format_timestamp(created_at),
    }
    return sign(SIGCHAIN_EVENT.tag, payload, key)


def verify_event(document: bytes | Mapping[str, Any]) -> Event:
    """Check one event by itself: the signed object, then the body of its operation."""
    signed = verify(
        document, tag=SIGCHAIN_EVENT.tag, type=SIGCHAIN_EVENT.type, version=SIGCHAIN_EVENT.version
    )
    payload = signed.payload
    return Event(
        primary=signed.signer,
        seq=payload["seq"],
        prev=payload["prev"],
        op=payload["op"],
        body=payload["body"],
        operand=parse_operation(payload["op"], payload["body"]),
        created_at=parse_timestamp(payload["created_at"]),
        hash=signed.hash,
        document=signed.document,
    )


def check_next(head: Head | None, head_time: datetime | None, event: Event) -> None:
    """Whether `event` may follow `head`, whose event was made at `head_time` (both None: an empty chain)."""
    expected_seq, expected_prev = (head.seq + 1, head.hash) if head else (1, None)
    if event.seq != expected_seq:
        raise WrongSeq(f"The event has number {event.seq}; the next one in its chain is {expected_seq}.")
    if event.prev != expected_prev:
        raise WrongPrev
    if head_time is not None and event.created_at < head_time - MAX_CLOCK_SKEW:
        raise TimeBackwards


def replay(primary: Primary, documents: Iterable[bytes | Mapping[str, Any]]) -> ChainState:
    """The state after all events, from the first one on.

    A ChainError names the first bad event by its `index`; every other fault of an event is told as ChainMalformed
    with the fault as its cause.
    """
    return extend(ChainState(primary), documents)


def extend(state: ChainState, documents: Iterable[bytes | Mapping[str, Any]]) -> ChainState:
    """The state after further events, which follow `state`. `index` counts from 0 in `documents`."""
    builder = ChainBuilder.from_state(state)
    head, head_time = state.head, state.head_time
    for index, document in enumerate(documents):
        try:
            event = _verify_event_of(state.primary, document)
            check_next(head, head_time, event)
        except ChainError as error:
            error.index = index
            raise
        builder.add(event)
        head, head_time = Head(event.seq, event.hash), event.created_at
    return builder.build()


def check_pin(pin: Head | None, state: ChainState) -> None:
    """PinMismatch unless the chain still holds what was pinned when it was seen before."""
    if pin is None:
        return
    if not 1 <= pin.seq <= len(state.events):
        raise PinMismatch(
            f"This sigchain has {len(state.events)} events; it had {pin.seq} when it was last seen."
        )
    if state.events[pin.seq - 1].hash != pin.hash:
        raise PinMismatch(f"Event {pin.seq} of this sigchain is not the one that was seen before.")


def _verify_event_of(primary: Primary, document: bytes | Mapping[str, Any]) -> Event:
    try:
        event = verify_event(document)
    except BadSignature as error:
        raise ChainBadSignature from error
    except KeyMismatch as error:
        raise ForeignKey from error
    except ProtocolError as error:
        raise ChainMalformed(f"The event is not in its form: {error}") from error
    if event.primary != primary:
        raise ForeignKey
    return event
