"""Every refusal of the bridge: its code, the close code if the socket ends with it, and the sentence for people.

docs/websocket.md lists them all; a test compares.
"""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Codes never change."""

    # A socket that has not shown its key yet
    NO_ANSWER = "no_answer"
    NOT_AUTHENTICATED = "not_authenticated"
    BAD_SESSION = "bad_session"
    BAD_DEVICE = "bad_device"
    NOT_REGISTERED = "not_registered"
    SUSPENDED = "suspended"
    COOLING_DOWN = "cooling_down"
    TOO_MANY_SOCKETS = "too_many_sockets"
    SERVER_FULL = "server_full"
    NOT_READY = "not_ready"
    # Frames
    BAD_FRAME = "bad_frame"
    UNKNOWN_FRAME = "unknown_frame"
    FRAME_TOO_LARGE = "frame_too_large"
    ALREADY_OPEN = "already_open"
    TOO_FAST = "too_fast"
    UNKNOWN_SEQ = "unknown_seq"
    SIGNAL_TOO_LARGE = "signal_too_large"
    # The end of a socket that did nothing wrong
    REPLACED = "replaced"
    TIMED_OUT = "timed_out"
    RESTARTING = "restarting"
    # A publish
    BAD_RECIPIENT = "bad_recipient"
    BAD_CHUNK = "bad_chunk"
    INBOX_FULL = "inbox_full"
    TOO_LARGE = "too_large"
    PUBLISH_REFUSED = "publish_refused"
    RATE_LIMITED = "rate_limited"
    BROKER_UNREACHABLE = "broker_unreachable"
    NOT_STORED = "not_stored"

    @property
    def sentence(self) -> str:
        return _RULES[self].sentence

    @property
    def close(self) -> int | None:
        """The code that the socket is closed with; None: it stays open."""
        return _RULES[self].close

    @property
    def retry(self) -> bool:
        """Whether the same again may succeed later without anybody doing anything."""
        return _RULES[self].retry


class Refused(Exception):  # noqa: N818 - named as the deed is
    """Ends a socket, or a frame if the code does not close. `cause` is the code of the protocol's rule behind it."""

    def __init__(self, code: Code, sentence: str = "", *, cause: str = "") -> None:
        super().__init__(sentence or code.sentence)
        self.code = code
        self.cause = cause


class Gone(Exception):  # noqa: N818 - named for what happened
    """The other side has closed the socket or is out of reach."""


@dataclass(frozen=True, slots=True)
class _Rule:
    sentence: str
    close: int | None = None
    retry: bool = False


_RULES = {
    Code.NO_ANSWER: _Rule("The challenge was not answered in time.", 4408, retry=True),
    Code.NOT_AUTHENTICATED: _Rule("The first frame must be the answer to the challenge.", 4401),
    Code.BAD_SESSION: _Rule("The answer to the challenge does not hold.", 4401),
    Code.BAD_DEVICE: _Rule("A device is named by 16 lower-case hex digits.", 4401),
    Code.NOT_REGISTERED: _Rule("This key does not have this handle.", 4403),
    Code.SUSPENDED: _Rule("This handle is suspended: write to the server's operators.", 4423),
    Code.COOLING_DOWN: _Rule(
        "This key sent far too much and was cut off; it may come back within a few minutes.", 4429, retry=True
    ),
    Code.TOO_MANY_SOCKETS: _Rule("This handle has too many connections open.", 4429, retry=True),
    Code.SERVER_FULL: _Rule("The server has as many connections as it takes.", 4503, retry=True),
    Code.NOT_READY: _Rule("The server cannot open the inbox at the moment.", 4503, retry=True),
    Code.BAD_FRAME: _Rule("A frame was not in the form that the bridge asks for.", 4400),
    Code.UNKNOWN_FRAME: _Rule("The bridge does not know a frame of this kind.", 4400),
    Code.FRAME_TOO_LARGE: _Rule("A frame was larger than the bridge takes.", 4413),
    Code.ALREADY_OPEN: _Rule("This connection has shown its key already.", 4400),
    Code.TOO_FAST: _Rule("Frames came faster than the bridge takes them.", 4429, retry=True),
    Code.UNKNOWN_SEQ: _Rule("This was not delivered on this connection, or is acknowledged already."),
    Code.SIGNAL_TOO_LARGE: _Rule("A signal is larger than the bridge takes; it was dropped."),
    Code.REPLACED: _Rule("The same device has connected again.", 4409),
    Code.TIMED_OUT: _Rule("Nothing was heard from the client for too long.", 4408, retry=True),
    Code.RESTARTING: _Rule("The server is restarting.", 4012, retry=True),
    Code.BAD_RECIPIENT: _Rule("The recipient is not a usable key."),
    Code.BAD_CHUNK: _Rule("This is not a chunk of a file; nothing was stored."),
    Code.INBOX_FULL: _Rule("The recipient's inbox is full; nothing was stored.", retry=True),
    Code.TOO_LARGE: _Rule("This is larger than the server stores at once; nothing was stored."),
    Code.PUBLISH_REFUSED: _Rule("The message store refuses this for good."),
    Code.RATE_LIMITED: _Rule("This came faster than the bridge takes it; nothing was stored.", retry=True),
    Code.BROKER_UNREACHABLE: _Rule(
        "The server's message store is out of reach: try again with the same id.", retry=True
    ),
    Code.NOT_STORED: _Rule(
        "The message store did not confirm in time: try again with the same id.", retry=True
    ),
}
