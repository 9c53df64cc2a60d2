"""How the reporter sees a report. JSON values with fixed keys."""

from typing import Any

from kezproto.timestamps import format_timestamp
from reports.models import Report


def report_document(report: Report) -> dict[str, Any]:
    """One report. Who deals with it is not told; what came of it is, once it is closed."""
    return {
        "report_id": report.report_id,
        "reported": report.handle.local,
        "category": report.category,
        "messages": report.message_count,
        "state": report.state,
        "outcome": report.outcome or None,
        "created_at": format_timestamp(report.created_at),
        "changed_at": format_timestamp(report.changed_at),
    }
