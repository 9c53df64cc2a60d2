"""The messages of `kez-blob/1`: what a reader and the owner's node say to each other on one stream.

The reader opens a stream for each request. Who asks is known from the connection, so nothing here says it. Big-endian:

    0x01 ‖ kind ‖ content id (32 bytes) ‖ u32 first chunk                         request
    status                                                                        answer to `have`, and each refusal
    0x00 ‖ u32 length ‖ manifest ‖ (0x00 ‖ sealed chunk) for each chunk           answer to `get`
    0x00 ‖ u32 length ‖ manifest ‖ 0x00 ‖ u16 port ‖ token (32 bytes)             answer to `lane`

`get` (0x01) asks for the manifest and the sealed chunks from `first` on; a `first` at or above the number of chunks
brings the manifest alone. `have` (0x02) says that the reader now holds the whole content: of a folder, all its files.
Before each chunk stands a status, so that the node can stop with a reason in the middle; after a status other than
0x00 nothing follows.

`lane` (0x03) asks for the same as `get`, beside the connection: the reader connects to the port by TCP, at the address
that it has the node at, and sends the token; what comes then is what would follow the manifest in the answer to `get`.
Nothing on a lane is believed but chunks that have the promised hash.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from kezproto.blobs import MANIFEST_HEADER_BYTES, MAX_MANIFEST_BYTES, BlobManifest, content_id, parse_manifest
from kezproto.digests import DIGEST_PREFIX
from kezproto.errors import Malformed

ALPN = b"kez-blob/1"
REQUEST_BYTES = 1 + 1 + 32 + 4
STATUS_BYTES = 1
LENGTH_BYTES = 4
MANIFEST_ONLY = 2**32 - 1
LANE_TOKEN_BYTES = 32
LANE_BYTES = 2 + LANE_TOKEN_BYTES

_VERSION = 1


class RequestKind(IntEnum):
    GET = 1
    HAVE = 2
    LANE = 3


class Status(IntEnum):
    """`NOT_YOURS` also stands for what the node does not know: whoever may not have it learns no more."""

    OK = 0
    NOT_YOURS = 1
    GONE = 2
    CHANGED = 3
    BUSY = 4
    BAD_REQUEST = 5
    NO_LANE = 6


@dataclass(frozen=True, slots=True)
class BlobRequest:
    """`content` is a content id, `blake3:<hex>`; `first` is 0 in a HAVE."""

    kind: RequestKind
    content: str
    first: int = 0

    def encode(self) -> bytes:
        """Malformed if `parse_request` would refuse it."""
        if not self.content.startswith(DIGEST_PREFIX) or not 0 <= self.first <= MANIFEST_ONLY:
            raise Malformed("A request names a content id and the first chunk.")
        try:
            content = bytes.fromhex(self.content.removeprefix(DIGEST_PREFIX))
        except ValueError as error:
            raise Malformed("A content id is blake3: and 64 lower-case hex digits.") from error
        encoded = bytes([_VERSION, self.kind]) + content + self.first.to_bytes(4, "big")
        if parse_request(encoded) != self:
            raise Malformed("A content id is blake3: and 64 lower-case hex digits.")
        return encoded


@dataclass(frozen=True, slots=True)
class LaneOffer:
    """Where the chunks are to be had; `token` opens it once."""

    port: int
    token: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Malformed if `parse_lane` would refuse it."""
        if not 0 < self.port < 2**16 or len(self.token) != LANE_TOKEN_BYTES:
            raise Malformed("A lane has a port and a token of 32 bytes.")
        return self.port.to_bytes(2, "big") + self.token


def parse_lane(data: bytes) -> LaneOffer:
    """Read where a lane is; Malformed unless it has exactly the form above."""
    port = int.from_bytes(data[:2], "big")
    if len(data) != LANE_BYTES or port == 0:
        raise Malformed("A lane has a port and a token of 32 bytes.")
    return LaneOffer(port, data[2:])


def parse_request(data: bytes) -> BlobRequest:
    """Read a request: Malformed unless it has exactly the form above."""
    if data[:1] != bytes([_VERSION]):
        raise Malformed("This is no request for a blob, or one of a newer version.")
    if len(data) != REQUEST_BYTES:
        raise Malformed(f"A request has {REQUEST_BYTES} bytes.")
    first = int.from_bytes(data[34:], "big")
    try:
        kind = RequestKind(data[1])
    except ValueError as error:
        raise Malformed("This asks for something that this version does not know.") from error
    if kind is RequestKind.HAVE and first:
        raise Malformed("Whoever has a content asks for no chunk of it.")
    return BlobRequest(kind, DIGEST_PREFIX + data[2:34].hex(), first)


def parse_status(data: bytes) -> Status:
    """Read the one byte of a status; Malformed for an unknown one."""
    try:
        (value,) = data
        return Status(value)
    except ValueError as error:
        raise Malformed("The node answers with something that this version does not know.") from error


def manifest_frame(manifest: bytes) -> bytes:
    """What begins the answer to a `get` that is granted."""
    return bytes([Status.OK]) + len(manifest).to_bytes(LENGTH_BYTES, "big") + manifest


def parse_manifest_length(data: bytes) -> int:
    """Read the length of a manifest, so that nobody can make the reader wait for more than the largest."""
    length = int.from_bytes(data, "big")
    if len(data) != LENGTH_BYTES or not MANIFEST_HEADER_BYTES < length <= MAX_MANIFEST_BYTES:
        raise Malformed("No manifest has this length.")
    return length


def promised_manifest(data: bytes, content: str) -> BlobManifest:
    """The manifest that the content id promises; Malformed for any other."""
    if content_id(data) != content:
        raise Malformed("The manifest is not the one that was promised.")
    return parse_manifest(data)
