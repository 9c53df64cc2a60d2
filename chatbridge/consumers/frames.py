"""The frames of subprotocol kez.v2 (docs/websocket.md) as values. No I/O; integers on the wire are big-endian."""

import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chatbridge.consumers.codes import Code, Refused
from kezproto.canonical import parse_json
from kezproto.errors import ProtocolError

PUBLISH, ACK, SIGNAL, CHUNK = 0x01, 0x02, 0x03, 0x04
DELIVERIES, PUBLISHED, SIGNALLED = 0x81, 0x82, 0x83

MAX_BINARY_BYTES = 327_680  # the largest envelope and then some
MAX_TEXT_BYTES = 16_384

_PUBLISH = struct.Struct(">I32s16sI")
_CHUNK = struct.Struct(">I16s")
_DELIVERY = struct.Struct(">QI")
_PUBLISHED = struct.Struct(">IQB")
_U32 = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Publish:
    """One envelope for one inbox; `recipient` is 32 bytes that nobody has looked at yet."""

    ref: int
    recipient: bytes
    msg_id: str
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Publishes:
    items: list[Publish]


@dataclass(frozen=True, slots=True)
class Acks:
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    recipient: bytes
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of a file of the client's own; nobody has looked at `frame` yet."""

    ref: int
    msg_id: str
    frame: bytes


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """The answer to the challenge; nothing in it is verified."""

    device: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pong:
    n: int


@dataclass(frozen=True, slots=True)
class Resume:
    pass


ClientFrame = Publishes | Acks | Signal | Chunk | SessionAnswer | Pong | Resume


def read_binary(data: bytes) -> ClientFrame:
    """Raises Refused: frame_too_large, unknown_frame, bad_frame."""
    if len(data) > MAX_BINARY_BYTES:
        raise Refused(Code.FRAME_TOO_LARGE)
    match data[0] if data else None:
        case 0x01:
            return Publishes(_read_publishes(data))
        case 0x02:
            count, rest = divmod(len(data) - 1, 8)
            if rest or not count:
                raise Refused(Code.BAD_FRAME, "An acknowledgement is one or more numbers of 8 bytes.")
            return Acks(struct.unpack_from(f">{count}Q", data, 1))
        case 0x03:
            if len(data) <= 33:
                raise Refused(Code.BAD_FRAME, "A signal is a recipient of 32 bytes and what is sealed.")
            return Signal(data[1:33], data[33:])
        case 0x04:
            at = 1 + _CHUNK.size
            if len(data) < at:
                raise Refused(Code.BAD_FRAME, "A chunk has a ref of 4 bytes and an id of 16 before it.")
            ref, msg_id = _CHUNK.unpack_from(data, 1)
            return Chunk(ref, msg_id.hex(), data[at:])
        case None:
            raise Refused(Code.BAD_FRAME, "A binary frame has at least one byte.")
        case kind:
            raise Refused(Code.UNKNOWN_FRAME, f"There is no binary frame 0x{kind:02x}.")


def _read_publishes(data: bytes) -> list[Publish]:
    items = []
    at, end = 1, len(data)
    while at < end:
        body = at + _PUBLISH.size
        if body > end:
            raise Refused(Code.BAD_FRAME, "A publish is cut short.")
        ref, recipient, msg_id, size = _PUBLISH.unpack_from(data, at)
        at = body + size
        if at > end or not size:
            raise Refused(Code.BAD_FRAME, "A publish is not as long as it says, or empty.")
        items.append(Publish(ref, recipient, msg_id.hex(), data[body:at]))
    if not items:
        raise Refused(Code.BAD_FRAME, "A publish frame holds at least one publish.")
    return items


def read_text(text: str) -> ClientFrame:
    """Raises Refused: frame_too_large, unknown_frame, bad_frame. JSON by the strict rules of kezproto."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MAX_TEXT_BYTES:
        raise Refused(Code.FRAME_TOO_LARGE)
    try:
        value = parse_json(data, max_bytes=MAX_TEXT_BYTES)
    except ProtocolError as error:
        raise Refused(Code.BAD_FRAME, str(error), cause=error.code) from error
    if not isinstance(value, dict):
        raise Refused(Code.BAD_FRAME, "A text frame is a JSON object.")
    match value:
        case {"type": "session", "device": str(device), "session": dict(document)} if len(value) == 3:
            return SessionAnswer(device, document)
        case {"type": "pong", "n": int(n)} if len(value) == 2:
            return Pong(n)
        case {"type": "resume"} if len(value) == 1:
            return Resume()
        case {"type": "session" | "pong" | "resume" as kind}:
            raise Refused(Code.BAD_FRAME, f"The fields of a {kind} frame are other ones.")
        case _:
            raise Refused(Code.UNKNOWN_FRAME, "There is no text frame of this type.")


def text(kind: str, **fields: Any) -> str:
    """A text frame of the server."""
    return json.dumps({"type": kind, **fields}, separators=(",", ":"))


def deliveries_frame(pending: int, items: Iterable[tuple[int, bytes]]) -> bytes:
    """`items` are sequence numbers and envelopes; `pending` messages wait behind them."""
    parts = [bytes([DELIVERIES]), _U32.pack(min(pending, 2**32 - 1))]
    for seq, envelope in items:
        parts += (_DELIVERY.pack(seq, len(envelope)), envelope)
    return b"".join(parts)


def published_frame(items: Sequence[tuple[int, int, bool]]) -> bytes:
    """`items` are ref, sequence number, and whether the message had been stored before."""
    return bytes([PUBLISHED]) + b"".join(_PUBLISHED.pack(*item) for item in items)


def signal_frame(envelope: bytes) -> bytes:
    return bytes([SIGNALLED]) + envelope
