"""Reports: what a person tells the operators of their server about a handle.

The messages that they choose to open are in it as they came, each signed by its sender, so the operators need not
believe anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kezproto.errors import BadReportedMessage, Malformed, ProtocolError, WrongServer
from kezproto.handles import Handle
from kezproto.keys import Primary
from kezproto.messages import Message, verify_message
from kezproto.payloads import MAX_REPORT_BYTES, REPORT
from kezproto.signed import verify
from kezproto.timestamps import check_fresh, format_timestamp, parse_timestamp


@dataclass(frozen=True, slots=True)
class Report:
    """A verified report. `messages` were written by `reported_primary` to `primary`; that the handles are those keys'
    own, only the registry can tell."""

    report_id: str
    handle: Handle
    primary: Primary
    reported: Handle
    reported_primary: Primary
    category: str
    text: str
    messages: tuple[Message, ...]
    created_at: datetime
    document: dict[str, Any]


def report_payload(
    *,
    report_id: str,
    handle: Handle,
    primary: Primary,
    reported: Handle,
    reported_primary: Primary,
    category: str,
    text: str,
    messages: Sequence[Mapping[str, Any]],
    created_at: datetime,
) -> dict[str, Any]:
    """The payload to sign with the tag `report`. Both handles are of one server: the report is for its operators."""
    if handle.server != reported.server:
        raise WrongServer(
            f"{reported} is no handle of {handle.server}; report it to the operators of its own server."
        )
    return {
        "type": REPORT.type,
        "version": REPORT.version,
        "report_id": report_id,
        "handle": handle.local,
        "primary": str(primary),
        "server": handle.server,
        "reported": reported.local,
        "reported_primary": str(reported_primary),
        "category": category,
        "text": text,
        "messages": list(messages),
        "created_at": format_timestamp(created_at),
    }


def verify_report(document: bytes | Mapping[str, Any], *, server: str, now: datetime) -> Report:
    """Check signature, server, both handles and time, then every message, in this order.

    BadReportedMessage for a message that is not what it should be; Malformed for a report about oneself.
    """
    signed = verify(
        document, tag=REPORT.tag, type=REPORT.type, version=REPORT.version, max_bytes=MAX_REPORT_BYTES
    )
    payload = signed.payload
    if payload["server"] != server:
        raise WrongServer(f"This was signed for another server than {server}.")
    handle, reported = Handle(payload["handle"], server), Handle(payload["reported"], server)
    created_at = parse_timestamp(payload["created_at"])
    check_fresh(created_at, now=now)
    reported_primary = Primary.parse(payload["reported_primary"])
    if reported_primary == signed.signer:
        raise Malformed("A report is about somebody else.")
    return Report(
        report_id=payload["report_id"],
        handle=handle,
        primary=signed.signer,
        reported=reported,
        reported_primary=reported_primary,
        category=payload["category"],
        text=payload["text"],
        messages=check_reported_messages(payload["messages"], sender=reported_primary, reader=signed.signer),
        created_at=created_at,
        document=signed.document,
    )


def check_reported_messages(
    documents: Sequence[Mapping[str, Any]], *, sender: Primary, reader: Primary
) -> tuple[Message, ...]:
    """The messages, each signed by `sender` for `reader`, none twice. BadReportedMessage names the first that isn't."""
    messages: list[Message] = []
    for index, document in enumerate(documents):
        try:
            message = verify_message(document, reader=reader)
        except ProtocolError as error:
            raise BadReportedMessage(
                f"Message {index + 1} of the report can't be checked: {error}", index
            ) from error
        if message.sender != sender or message.to != reader:
            raise BadReportedMessage(
                f"Message {index + 1} of the report is not one that the reported key sent to you.", index
            )
        if message.id in {each.id for each in messages}:
            raise BadReportedMessage(f"Message {index + 1} of the report is in it twice.", index)
        messages.append(message)
    return tuple(messages)
