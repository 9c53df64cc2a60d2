"""All reads of reports."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from kezproto.errors import BadReportedMessage, ProtocolError
from kezproto.keys import Primary
from kezproto.messages import Message
from kezproto.report import check_reported_messages
from registry.alerts import Alert
from registry.models import Handle
from reports.models import Report

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A message that a reporter opened. `message` is None where the stored copy does not hold; `fault` says why."""

    message: Message | None
    fault: str


def own_report(reporter: Handle, report_id: str) -> Report | None:
    return Report.objects.filter(reporter=reporter, report_id=report_id).select_related("handle").first()


def reports_by(primary: Primary) -> list[Report]:
    """What a key has reported, the newest first, without the documents."""
    rows = Report.objects.filter(reporter__primary_hex=primary.hex).select_related("handle").defer("document")
    return list(rows[:MOST_SHOWN])


def opened_messages(report: Report) -> list[OpenedMessage]:
    """The messages of a report, each checked again: what lay in the database could have been changed there."""
    if report.document is None:
        return []
    documents = report.document["payload"]["messages"]
    sender, reader = report.handle.primary, report.reporter.primary
    return [_opened(document, sender, reader) for document in documents]


def _opened(document: object, sender: Primary, reader: Primary) -> OpenedMessage:
    try:
        (message,) = check_reported_messages([document], sender=sender, reader=reader)  # type: ignore[list-item]
    except (BadReportedMessage, ProtocolError) as error:
        return OpenedMessage(None, str(error))
    return OpenedMessage(message, "")


def open_reports() -> QuerySet[Report]:
    """New and assigned ones, the oldest first."""
    states = (Report.State.NEW, Report.State.ASSIGNED)
    rows = Report.objects.filter(state__in=states).order_by("created_at", "pk")
    return rows.select_related("handle", "reporter", "owner").defer("document")


def count_open_by_state() -> dict[str, int]:
    """How many reports are new, and how many assigned."""
    states = [Report.State.NEW.value, Report.State.ASSIGNED.value]
    found = Report.objects.filter(state__in=states).order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(states, 0) | dict(found)


def new_report_alert() -> Alert | None:
    """What operators are told of reports that nobody has taken."""
    new = Report.objects.filter(state=Report.State.NEW)
    oldest = new.order_by("created_at").select_related("handle").defer("document").first()
    if oldest is None:
        return None
    others = new.count() - 1
    more = f" and {others} more" if others else ""
    return Alert(
        f"Reported: {oldest.handle.local} ({oldest.get_category_display()}){more}.",
        "/admin/reports/report/",
    )
