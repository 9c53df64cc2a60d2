"""The messages that a reporter opened to the operators, as they are shown: each was checked just now."""

from collections.abc import Sequence

from reports.lookup import opened_messages
from reports.models import Report
from reports.wording import words_of


def evidence_of(report: Report) -> list[Sequence[object]]:
    """For each message: when it was written, what the check says, its text. Of one that does not hold only the check:
    anybody could have written the rest."""
    return [
        (
            opened.message.created_at,
            f"signed by {report.handle} for {report.reporter}",
            words_of(opened.message.body),
        )
        if opened.message
        else (None, opened.fault, "")
        for opened in opened_messages(report)
    ]
