"""Names on the NATS broker: subjects, streams, consumers, and what a client may do with them."""

from __future__ import annotations

import re

from kezproto.errors import BadKey, BadSubject
from kezproto.keys import Primary

INBOX_STREAM = "KEZ_INBOX"
API_PREFIX = "KEZ.API"
CLIENT_ACCOUNT = "USERS"
INBOX_PREFIX = "kez.inbox."
SIGNAL_PREFIX = "kez.signal."

_DEVICE = re.compile(r"[0-9a-f]{16}")
_TOKEN = re.compile(r"[A-Za-z0-9]{16,64}")


def check_device(text: str) -> str:
    """`text` itself if it is a device id: 16 lower-case hex digits, made by the client at random."""
    if not _DEVICE.fullmatch(text):
        raise BadSubject("A device is named by 16 lower-case hex digits.")
    return text


def check_token(text: str) -> str:
    """`text` itself if it can be the random part of a reply prefix."""
    if not _TOKEN.fullmatch(text):
        raise BadSubject("A connection's token is 16 to 64 of A-Z, a-z and 0-9.")
    return text


def inbox_subject(primary: Primary) -> str:
    return INBOX_PREFIX + primary.hex


def primary_of_inbox(subject: str) -> Primary:
    """The owner of an inbox subject. BadSubject if it is none."""
    try:
        return Primary.from_hex(
            subject.removeprefix(INBOX_PREFIX) if subject.startswith(INBOX_PREFIX) else ""
        )
    except BadKey as error:
        raise BadSubject("This is not the subject of an inbox.") from error


def signal_subject(primary: Primary) -> str:
    return SIGNAL_PREFIX + primary.hex


def consumer_name(primary: Primary, device: str) -> str:
    """The durable consumer of one device: `<hex>-<device>`."""
    return f"{primary.hex}-{check_device(device)}"


def parse_consumer_name(text: str) -> tuple[Primary, str]:
    """The primary and device behind a consumer's name. BadSubject if it is not one of ours."""
    key, _dash, device = text.partition("-")
    try:
        return Primary.from_hex(key), check_device(device)
    except BadKey as error:
        raise BadSubject("This is not the consumer of a device.") from error


def connect_name(token: str, device: str) -> str:
    """The `name` that a client gives in CONNECT: `<token>.<device>`."""
    return f"{check_token(token)}.{check_device(device)}"


def parse_connect_name(text: str) -> tuple[str, str]:
    """Token and device from a CONNECT `name`."""
    token, _dot, device = text.partition(".")
    return check_token(token), check_device(device)


def reply_prefix(token: str) -> str:
    """Where a connection receives replies; the token keeps others from guessing it and injecting."""
    return f"_INBOX_{check_token(token)}"


def client_permissions(primary: Primary, device: str, token: str) -> dict[str, list[str]]:
    """All that a client may publish (`pub`) and subscribe (`sub`) to; everything else is denied."""
    consumer = consumer_name(primary, device)
    return {
        "pub": [
            f"{INBOX_PREFIX}*",
            f"kez.files.{primary.hex}.*.*",
            f"{SIGNAL_PREFIX}*",
            f"{API_PREFIX}.CONSUMER.MSG.NEXT.{INBOX_STREAM}.{consumer}",
            f"{API_PREFIX}.CONSUMER.INFO.{INBOX_STREAM}.{consumer}",
            f"$JS.ACK.{INBOX_STREAM}.{consumer}.>",
        ],
        "sub": [f"{reply_prefix(token)}.>", signal_subject(primary)],
    }
