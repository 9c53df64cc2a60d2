"""Why a login at the broker is refused: stable codes, each with the sentence that the key's owner reads."""

from enum import StrEnum


class Reason(StrEnum):
    """Codes never change; docs/nats.md lists them all."""

    BAD_REQUEST = "bad_request"
    EXPIRED = "expired"
    NO_NKEY = "no_nkey"
    BAD_NKEY = "bad_nkey"
    NO_SIGNATURE = "no_signature"
    BAD_SIGNATURE = "bad_signature"
    BAD_NAME = "bad_name"
    UNKNOWN_KEY = "unknown_key"
    SUSPENDED = "suspended"
    RELEASED = "released"
    COOLING_DOWN = "cooling_down"
    NOT_READY = "not_ready"
    INTERNAL_ERROR = "internal_error"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    Reason.BAD_REQUEST: "The broker's request was not a valid one.",
    Reason.EXPIRED: "The broker's request came too late; the clocks of broker and callout may differ.",
    Reason.NO_NKEY: "The client did not log in with an nkey.",
    Reason.BAD_NKEY: "The client's nkey is not one of a usable ed25519 key.",
    Reason.NO_SIGNATURE: "The client did not sign the server's nonce.",
    Reason.BAD_SIGNATURE: "The client's signature over the server's nonce does not verify.",
    Reason.BAD_NAME: "The client's connection name is not <token>.<device>: 16 to 64 letters or digits, a dot, 16 hex.",
    Reason.UNKNOWN_KEY: "This key has no handle on this server: register one first.",
    Reason.SUSPENDED: "The handle of this key is suspended: write to the server's operators.",
    Reason.RELEASED: "The handle of this key has been released.",
    Reason.COOLING_DOWN: "This key sent far too much and was cut off; it may come back within a few minutes.",
    Reason.NOT_READY: "The broker could not prepare the inbox: try again in a few seconds.",
    Reason.INTERNAL_ERROR: "The server could not decide: try again, and tell the operators if it goes on.",
}
