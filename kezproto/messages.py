"""Messages: the signed object inside an envelope. Only its readers can check it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kezproto.bodies import Body, parse_body
from kezproto.chain_state import Head
from kezproto.errors import Malformed, NotForThisReader
from kezproto.handles import Handle, parse_full_handle
from kezproto.keys import Primary
from kezproto.padding import MAX_MESSAGE_BYTES
from kezproto.payloads import MESSAGE
from kezproto.signed import verify
from kezproto.timestamps import format_timestamp, parse_timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Message:
    """A verified message for one of its two readers.

    `sender` signed it; that `sender_handle` belongs to `sender`, only the registry or an earlier pin can tell.
    `seq` and `prev` count and link what `device` of the sender sent to `to` (see links.py). `chain` is the sender's
    sigchain head when it was written, None before the first event. `hash` is `sha256:<hex>` of the whole object.
    """

    id: str
    sender: Primary
    sender_handle: Handle
    to: Primary
    device: str
    seq: int
    prev: str | None
    chain: Head | None
    created_at: datetime
    body: Body
    hash: str
    document: dict[str, Any]
    is_self_copy: bool
    """True on the sender's other devices: the reader sent it, and it went to someone else."""


def uuid7(now: datetime, random10: bytes) -> str:
    """A version 7 UUID (RFC 9562, 5.7) from a moment and 10 random bytes, of which 74 bits are used."""
    if len(random10) != 10:
        raise Malformed("A message id needs 10 random bytes.")
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)
    if not 0 <= milliseconds < 2**48:
        raise Malformed("A message id cannot carry this moment.")
    random_bits = int.from_bytes(random10, "big") & (2**74 - 1)
    number = milliseconds << 80 | 7 << 76 | random_bits >> 62 << 64 | 2 << 62 | random_bits & (2**62 - 1)
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def message_payload(
    *,
    id: str,
    sender: Primary,
    sender_handle: Handle,
    to: Primary,
    device: str,
    seq: int,
    prev: str | None,
    chain: Head | None,
    created_at: datetime,
    body: Mapping[str, Any],
) -> dict[str, Any]:
    """The payload to sign with the tag `message`. Malformed where `prev` or `body` break their rules."""
    _check_link(seq, prev)
    parse_body(body)
    return {
        "type": MESSAGE.type,
        "version": MESSAGE.version,
        "id": id,
        "from": str(sender),
        "from_handle": str(sender_handle),
        "to": str(to),
        "device": device,
        "seq": seq,
        "prev": prev,
        "chain": {"seq": chain.seq if chain else 0, "head": chain.hash if chain else None},
        "created_at": format_timestamp(created_at),
        "body": body,
    }


def verify_message(document: bytes | Mapping[str, Any], *, reader: Primary) -> Message:
    """Check signature and form, then that `reader` is the recipient or the sender, then handle, link and body."""
    signed = verify(
        document, tag=MESSAGE.tag, type=MESSAGE.type, version=MESSAGE.version, max_bytes=MAX_MESSAGE_BYTES
    )
    payload = signed.payload
    to = Primary.parse(payload["to"])
    if reader not in (to, signed.signer):
        raise NotForThisReader
    _check_link(payload["seq"], payload["prev"])
    chain = payload["chain"]
    return Message(
        id=payload["id"],
        sender=signed.signer,
        sender_handle=parse_full_handle(payload["from_handle"]),
        to=to,
        device=payload["device"],
        seq=payload["seq"],
        prev=payload["prev"],
        chain=Head(chain["seq"], chain["head"]) if chain["seq"] else None,
        created_at=parse_timestamp(payload["created_at"]),
        body=parse_body(payload["body"]),
        hash=signed.hash,
        document=signed.document,
        is_self_copy=reader != to,
    )


def _check_link(seq: int, prev: str | None) -> None:
    if (seq == 1) != (prev is None):
        raise Malformed("prev is null in a sender's first message to someone, and only there.")
