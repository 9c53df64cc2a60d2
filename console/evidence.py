"""The messages that a reporter opened to the operators, as they are shown: each was checked just now."""

from collections.abc import Sequence

from console.charts import shown_bytes
from kezproto.bodies import Body, FileBody, ReceiptBody, TextBody
from reports.lookup import opened_messages
from reports.models import Report


def evidence_of(report: Report) -> list[Sequence[object]]:
    """For each message: when it was written, what the check says, its text. Of one that does not hold only the check:
    anybody could have written the rest."""
    return [
        (
            opened.message.created_at,
            f"signed by {report.handle} for {report.reporter}",
            _text(opened.message.body),
        )
        if opened.message
        else (None, opened.fault, "")
        for opened in opened_messages(report)
    ]


def _text(body: Body) -> str:
    """What stands in it. Of files only what they are called: their keys are nobody's business, here as elsewhere."""
    match body:
        case TextBody():
            return body.text
        case FileBody():
            return f"A file: {body.filename} ({body.mime}, {shown_bytes(body.size)})"
        case ReceiptBody():
            return f"A receipt: {body.status}"
    return "Something that a newer release may understand."
