"""The messages that a reporter opened to the operators, each checked anew whenever it is shown.

An operator sees for themselves that the reported key signed a message for the reporter: neither the reporter nor
somebody in the database can have written it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.charts import shown_bytes
from kezproto.bodies import Body, FileBody, ReceiptBody, TextBody
from kezproto.errors import ProtocolError
from kezproto.keys import Primary
from kezproto.messages import Message
from kezproto.report import check_reported_messages
from reports.models import Report


@dataclass(frozen=True, slots=True)
class Opened:
    """One message. `fault` is why it proves nothing, empty if it is what the reported key signed for the reporter."""

    fault: str
    at: datetime | None = None
    text: str = ""


def opened_messages(report: Report) -> list[Opened]:
    """The messages of a report in their order; none if it has none, or they were erased."""
    payload = (report.document or {}).get("payload") or {}
    sender, reader = report.handle.primary, report.reporter.primary
    return [_opened(document, sender=sender, reader=reader) for document in payload.get("messages") or []]


def _opened(document: Any, *, sender: Primary, reader: Primary) -> Opened:
    if not isinstance(document, Mapping):
        return Opened("This is no signed message.")
    try:
        (message,) = check_reported_messages([document], sender=sender, reader=reader)
    except ProtocolError as error:
        return Opened(str(error))
    return Opened("", at=message.created_at, text=_text(message))


def _text(message: Message) -> str:
    """What stands in it. Of files only what they are called: their keys are nobody's business, here as elsewhere."""
    body: Body = message.body
    match body:
        case TextBody():
            return body.text
        case FileBody():
            return f"A file: {body.filename} ({body.mime}, {shown_bytes(body.size)})"
        case ReceiptBody():
            return f"A receipt: {body.status}"
    return "Something that a newer release may understand."
