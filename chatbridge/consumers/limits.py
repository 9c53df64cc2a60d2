"""How much one socket may do. What operators may want to change stands in the settings."""

from dataclasses import dataclass, field

from django.conf import settings

from chatbridge.consumers.frames import MAX_BINARY_BYTES
from kezproto.file_chunks import MAX_CHUNK_FRAME_BYTES
from kezproto.padding import MAX_ENVELOPE_BYTES
from natslink.publishing import WINDOW

ANSWER_SECONDS = 10.0
HEARTBEAT_SECONDS = 20.0
SILENCE_SECONDS = 2 * HEARTBEAT_SECONDS
# A slow line may hold a ping behind megabytes of messages that are acknowledged one by one.
PONG_SECONDS = 300.0
BURST_SECONDS = 20.0  # what is allowed in this time may also come at once
# Of what may come at once, chunks of files leave so much to everything else: a file never uses up what messages need.
LEFT_BY_CHUNKS = 0.25
CHUNK_WINDOW = 16  # chunks on their way at a time, besides the `WINDOW` of messages
SIGNAL_BYTES = 4096
SIGNALS_PER_SECOND = 5.0
# Unacknowledged at one time: 256 messages by the consumer's max_ack_pending, and about so many bytes.
UNACKED_BYTES = 4 * 1024 * 1024
PULL_BYTES = 1024 * 1024
DELIVERY_FRAME_BYTES = 128 * 1024


@dataclass(slots=True)
class Bucket:
    """`rate` a second on average, `BURST_SECONDS` of that at once. Times are seconds of one monotonic clock."""

    rate: float
    at: float
    tokens: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    @property
    def burst(self) -> float:
        return self.rate * BURST_SECONDS

    def take(self, count: float, *, now: float, leave: float = 0.0) -> float:
        """Takes `count` and answers 0, or takes nothing and answers in how many seconds there will be enough. The part
        `leave` of a burst, 0 to 1, is not touched.

        Who asks for more than a whole burst gets it when the bucket is full, and the bucket is in debt afterwards.
        """
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        needed = min(count + leave * self.burst, self.burst)
        if self.tokens >= needed:
            self.tokens -= count
            return 0.0
        return (needed - self.tokens) / self.rate


@dataclass(slots=True)
class SocketLimits:
    """The buckets of one socket."""

    frames: Bucket
    bytes: Bucket
    publishes: Bucket
    signals_in: Bucket
    signals_out: Bucket

    @classmethod
    def fresh(cls, now: float) -> "SocketLimits":
        return cls(
            frames=Bucket(settings.KEZ_WS_FRAMES_PER_SECOND, now),
            bytes=Bucket(settings.KEZ_WS_BYTES_PER_SECOND, now),
            publishes=Bucket(settings.KEZ_WS_PUBLISH_PER_SECOND, now),
            signals_in=Bucket(SIGNALS_PER_SECOND, now),
            signals_out=Bucket(2 * SIGNALS_PER_SECOND, now),
        )


def announced() -> dict[str, int]:
    """What `ready` tells the client, so that it need not find out by being refused."""
    return {
        "window": WINDOW,
        "frame_bytes": MAX_BINARY_BYTES,
        "envelope_bytes": MAX_ENVELOPE_BYTES,
        "chunk_bytes": MAX_CHUNK_FRAME_BYTES,
        "chunk_window": CHUNK_WINDOW,
        "chunk_bytes_per_second": settings.KEZ_WS_BYTES_PER_SECOND,
        "chunk_burst_bytes": int(settings.KEZ_WS_BYTES_PER_SECOND * BURST_SECONDS * (1 - LEFT_BY_CHUNKS)),
        "signal_bytes": SIGNAL_BYTES,
        "publish_per_second": settings.KEZ_WS_PUBLISH_PER_SECOND,
        "publish_burst": int(settings.KEZ_WS_PUBLISH_PER_SECOND * BURST_SECONDS),
    }
