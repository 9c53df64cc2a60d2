"""Signals: "is typing" and "is online". Sealed like messages, sent beside them on core NATS, never stored.

A signal is signed and dated, so that nobody but its sender can make them look present, now or later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from kezproto.canonical import canonical_bytes, parse_json
from kezproto.envelope import open_envelope, seal
from kezproto.errors import Malformed, NotForThisReader
from kezproto.keys import Primary, SigningKey
from kezproto.payloads import SIGNAL
from kezproto.signed import sign, verify
from kezproto.timestamps import check_fresh, format_timestamp, parse_timestamp

MAX_SIGNAL_AGE = timedelta(seconds=60)

SignalKind = Literal["typing", "online"]


@dataclass(frozen=True, slots=True)
class Signal:
    """A verified signal from `sender` for the reader."""

    sender: Primary
    to: Primary
    kind: SignalKind
    created_at: datetime


def signal_payload(*, sender: Primary, to: Primary, kind: SignalKind, created_at: datetime) -> dict[str, Any]:
    """The payload to sign with the tag `signal`."""
    return {
        "type": SIGNAL.type,
        "version": SIGNAL.version,
        "from": str(sender),
        "to": str(to),
        "kind": kind,
        "created_at": format_timestamp(created_at),
    }


def verify_signal(document: bytes | Mapping[str, Any], *, reader: Primary, now: datetime) -> Signal:
    """Check the signed object, then that it is for `reader` (NotForThisReader), then its time.

    It is Stale unless it was made within 60 seconds of `now`, on either side.
    """
    signed = verify(document, tag=SIGNAL.tag, type=SIGNAL.type, version=SIGNAL.version)
    payload = signed.payload
    to = Primary.parse(payload["to"])
    if to != reader:
        raise NotForThisReader("This signal was signed for someone else.")
    created_at = parse_timestamp(payload["created_at"])
    check_fresh(created_at, now=now, within=MAX_SIGNAL_AGE)
    return Signal(sender=signed.signer, to=to, kind=payload["kind"], created_at=created_at)


def seal_signal(*, key: SigningKey, to: Primary, kind: SignalKind, created_at: datetime) -> bytes:
    """A signal of `key`'s owner, signed and sealed to `to`: what goes to the broker."""
    payload = signal_payload(sender=key.primary, to=to, kind=kind, created_at=created_at)
    return seal(sign(SIGNAL.tag, payload, key), to)


def open_signal(data: bytes, key: SigningKey, *, now: datetime) -> Signal:
    """Open an envelope and check the signal in it for the reader who holds `key`.

    Any ProtocolError means that it is to be ignored: unlike a message, a signal leaves nothing behind.
    """
    plaintext = open_envelope(data, key)
    signal = verify_signal(plaintext, reader=key.primary, now=now)
    if canonical_bytes(parse_json(plaintext)) != plaintext:
        raise Malformed("The signal was not sealed in its canonical form.")
    return signal
