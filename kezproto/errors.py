# ruff: noqa: N818 - the names state the refusal; "Error" behind each would say nothing more.
"""Every way in which input can be refused.

Each class has a stable `code` for machines; `str(error)` is one sentence for people.
"""

from __future__ import annotations


class ProtocolError(ValueError):
    """The root of all refusals. `code` never changes once released; the sentence may."""

    code: str = "protocol_error"
    sentence: str = "This breaks a rule of the protocol."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class Malformed(ProtocolError):
    code = "malformed"
    sentence = "This is not in the form that the protocol asks for."


class UnknownField(ProtocolError):
    code = "unknown_field"
    sentence = "There is a field here that this type and version do not have."


class WrongTag(ProtocolError):
    code = "wrong_tag"
    sentence = "This signed object carries another tag than the one expected here."


class WrongType(ProtocolError):
    code = "wrong_type"
    sentence = "This payload is of another type or version than the one expected here."


class BadSignature(ProtocolError):
    code = "bad_signature"
    sentence = "The signature does not hold."


class BadKey(ProtocolError):
    code = "bad_key"
    sentence = "This is not a usable ed25519 public key."


class KeyMismatch(ProtocolError):
    code = "key_mismatch"
    sentence = "The object is signed by another key than the one that it names."


class WrongServer(ProtocolError):
    code = "wrong_server"
    sentence = "This was signed for another server."


class Stale(ProtocolError):
    code = "stale"
    sentence = "This was signed too long ago, or with a clock that is wrong."


class BadHandle(ProtocolError):
    code = "bad_handle"
    sentence = "A handle is 3 to 32 of a-z, 0-9, _ and -, and starts with a letter or a digit."


class BadPhrase(ProtocolError):
    code = "bad_phrase"
    sentence = "This is not a recovery phrase."


class BadNkey(ProtocolError):
    code = "bad_nkey"
    sentence = "This is not an nkey of the kind expected here."


class BadSubject(ProtocolError):
    code = "bad_subject"
    sentence = "This name cannot be used on the broker."


class CannotOpen(ProtocolError):
    """An envelope that could not be opened; keep the envelope and show the sentence."""

    code = "cannot_open"
    sentence = "This envelope could not be opened."


class UnknownEnvelopeVersion(CannotOpen):
    code = "unknown_envelope_version"
    sentence = "This envelope is of a version that needs another client."


class CannotDecrypt(CannotOpen):
    code = "cannot_decrypt"
    sentence = "This envelope is sealed for another key, or was changed on its way."


class BadPadding(CannotOpen):
    code = "bad_padding"
    sentence = "What was sealed in this envelope is not framed as the protocol says."


class EnvelopeTooLarge(CannotOpen):
    code = "envelope_too_large"
    sentence = "This is larger than an envelope may be."


class NotForThisReader(CannotOpen):
    code = "not_for_this_reader"
    sentence = "This message was signed for someone else."


class ChainError(ProtocolError):
    """A sigchain that breaks a rule.

    `index` is the place of the first bad event in the list that was replayed (from 0), or None where a single
    event was looked at.
    """

    code = "chain_error"
    sentence = "This sigchain breaks a rule."

    def __init__(self, sentence: str | None = None, *, index: int | None = None) -> None:
        super().__init__(sentence)
        self.index = index


class WrongSeq(ChainError):
    code = "chain_wrong_seq"
    sentence = "The event does not carry the next sequence number of its chain."


class WrongPrev(ChainError):
    code = "chain_wrong_prev"
    sentence = "The event does not link to the one before it."


class ForeignKey(ChainError):
    code = "chain_foreign_key"
    sentence = "The event belongs to another key's chain."


class ChainBadSignature(ChainError):
    code = "chain_bad_signature"
    sentence = "The signature of the event does not hold."


class ChainMalformed(ChainError):
    code = "chain_malformed"
    sentence = "The event is not in the form that the protocol asks for."


class TimeBackwards(ChainError):
    code = "chain_time_backwards"
    sentence = "The event says that it is more than 300 seconds older than the one before it."


class BadReportedMessage(ProtocolError):
    """A report holds a message that is not what it should be. `index` is its place in the report, from 0."""

    code = "bad_reported_message"
    sentence = "A message of the report can't be checked."

    def __init__(self, sentence: str | None = None, index: int = 0) -> None:
        super().__init__(sentence)
        self.index = index


class TransparencyBroken(ProtocolError):
    """A server's public log does not hold together. `seq` is the number of the first bad entry."""

    code = "transparency_broken"
    sentence = "The public log of this server does not hold together."

    def __init__(self, sentence: str | None = None, seq: int = 0) -> None:
        super().__init__(sentence)
        self.seq = seq


class PinMismatch(ProtocolError):
    code = "pin_mismatch"
    sentence = "This sigchain is shorter than the one seen before, or differs from it."
