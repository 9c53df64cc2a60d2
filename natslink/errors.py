# ruff: noqa: N818 - named for what happened, as people say it
"""Everything that can go wrong on the way to the broker and back, as types with a stable `code`."""

from __future__ import annotations


class LinkError(Exception):
    """The broker could not do what was asked: `str(error)` is a sentence for people, `code` is for programs."""

    code = "link_error"


class BrokerUnreachable(LinkError):
    """No NATS server answers at the given addresses, or none of them lets us finish logging in."""

    code = "broker_unreachable"


class AccessRefused(LinkError):
    """The NATS server is there and refused this key. The key's owner can ask the registry for the reason."""

    code = "access_refused"


class InboxFull(LinkError):
    """The recipient's inbox holds as many messages as it may; nothing was stored."""

    code = "KEZ_INBOX_FULL"


class MessageTooLarge(LinkError):
    """The message is larger than the broker or the stream accepts; nothing was stored."""

    code = "message_too_large"


class PublishRefused(LinkError):
    """This connection may not publish to that subject, or the stream refuses the message for good."""

    code = "publish_refused"


class NotStored(LinkError):
    """No acknowledgement came in time: the message may be stored or not. Retry with the same message id."""

    code = "not_stored"


class RequestTimedOut(LinkError):
    """A request got no answer in time."""

    code = "request_timed_out"


class NoResponders(NotStored):
    """Nobody serves this subject at the moment; certainly nothing was stored."""

    code = "no_responders"
