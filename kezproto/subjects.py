"""Names on the NATS broker: subjects, streams, consumers, and what a client may do with them."""

from __future__ import annotations

import re

from kezproto.errors import BadKey, BadSubject
from kezproto.keys import Primary
from kezproto.payloads import MAX_CHUNKS

INBOX_STREAM = "KEZ_INBOX"
API_PREFIX = "KEZ.API"
CLIENT_ACCOUNT = "USERS"
FILES_STREAM = "KEZ_FILES"
INBOX_PREFIX = "kez.inbox."
FILES_PREFIX = "kez.files."
SIGNAL_PREFIX = "kez.signal."

_DEVICE = re.compile(r"[0-9a-f]{16}")
_FILE_ID = re.compile(r"[0-9a-f]{32}")
_CHUNK = re.compile(r"0|[1-9][0-9]{0,2}")
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


def chunk_subject(primary: Primary, file_id: str, index: int) -> str:
    """Where the sender `primary` publishes chunk `index` (from 0) of a file."""
    subject = f"{FILES_PREFIX}{primary.hex}.{file_id}.{index}"
    parse_chunk_subject(subject)
    return subject


def chunk_subjects(primary: Primary, file_id: str) -> str:
    """All chunks of one file, as a filter."""
    return chunk_subject(primary, file_id, 0).removesuffix("0") + "*"


def parse_chunk_subject(subject: str) -> tuple[Primary, str, int]:
    """Sender, file id and index of a chunk's subject. BadSubject if it is none."""
    parts = subject.removeprefix(FILES_PREFIX).split(".") if subject.startswith(FILES_PREFIX) else []
    if len(parts) != 3 or not _FILE_ID.fullmatch(parts[1]) or not _CHUNK.fullmatch(parts[2]):
        raise BadSubject("This is not the subject of a chunk.")
    index = int(parts[2])
    if index >= MAX_CHUNKS:
        raise BadSubject(f"A file has at most {MAX_CHUNKS} chunks, numbered from 0.")
    try:
        return Primary.from_hex(parts[0]), parts[1], index
    except BadKey as error:
        raise BadSubject("This is not the subject of a chunk.") from error


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
            f"{FILES_PREFIX}{primary.hex}.*.*",
            f"{SIGNAL_PREFIX}*",
            f"{API_PREFIX}.CONSUMER.MSG.NEXT.{INBOX_STREAM}.{consumer}",
            f"{API_PREFIX}.CONSUMER.INFO.{INBOX_STREAM}.{consumer}",
            f"$JS.ACK.{INBOX_STREAM}.{consumer}.>",
        ],
        "sub": [f"{reply_prefix(token)}.>", signal_subject(primary)],
    }
