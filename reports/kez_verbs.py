"""Verbs about reports."""

import argparse

from registry import shell
from registry.errors import ModerationRefused
from reports import documents, lookup, services
from reports.models import Report
from reports.wording import words_of


@shell.verb("report list", "List the reports that are open, the oldest first.")
def list_open(options: shell.Options, out: shell.Out) -> None:
    rows = lookup.open_reports()
    lines = [
        f"{row.report_id[:8]}  {row.created_at:%Y-%m-%d %H:%M}  {row.state:<8}  {row.handle.local}  {row.category}"
        for row in rows
    ]
    out.result(
        {"reports": [documents.report_document(row) for row in rows]}, "\n".join(lines) or "None is open."
    )


def _id_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("report", help="The report's id, or the beginning of it.")


@shell.verb("report show", "Show a report with the messages that were opened, each checked.", _id_argument)
def show(options: shell.Options, out: shell.Out) -> None:
    row = _report(options)
    opened = lookup.opened_messages(row)
    document = {
        **documents.report_document(row),
        "reporter": row.reporter.local,
        "text": row.text,
        "owner": row.owner.get_username() if row.owner else None,
        "opened": [
            {
                "holds": each.message is not None,
                "id": each.message.id if each.message else None,
                "text": words_of(each.message.body) if each.message else None,
                "fault": each.fault or None,
            }
            for each in opened
        ],
    }
    lines = [
        f"{row.report_id}  {row.state}",
        f"{row.reporter.local} reported {row.handle.local}: {row.category}",
    ]
    lines += [row.text] if row.text else []
    for number, each in enumerate(opened, start=1):
        what = words_of(each.message.body) if each.message else each.fault
        lines.append(f"{number}. {'signed by them' if each.message else 'DOES NOT HOLD'}: {what}")
    out.result(document, "\n".join(lines))


def _take_arguments(parser: argparse.ArgumentParser) -> None:
    _id_argument(parser)


@shell.verb("report take", "Take a report, as the operator that --by names.", _take_arguments)
def take(options: shell.Options, out: shell.Out) -> None:
    actor = shell.actor_of(options)
    if isinstance(actor, str):
        raise shell.usage("A report is taken by an operator: name one with --by.")
    row = _report(options)
    services.assign_report(row, actor, actor=actor)  # type: ignore[arg-type]
    _tell(row, out)


def _close_arguments(parser: argparse.ArgumentParser) -> None:
    _id_argument(parser)
    parser.add_argument("--outcome", required=True, help="What came of it; the person who reported reads it.")


@shell.verb("report resolve", "Close a report: something was done about it.", _close_arguments)
def resolve(options: shell.Options, out: shell.Out) -> None:
    row = _report(options)
    services.resolve_report(row, actor=shell.actor_of(options), outcome=options["outcome"])
    _tell(row, out)


@shell.verb("report reject", "Close a report: there was nothing to do.", _close_arguments)
def reject(options: shell.Options, out: shell.Out) -> None:
    row = _report(options)
    services.reject_report(row, actor=shell.actor_of(options), outcome=options["outcome"])
    _tell(row, out)


def _reopen_arguments(parser: argparse.ArgumentParser) -> None:
    _id_argument(parser)
    shell.reason_argument(parser)


@shell.verb("report reopen", "Put a closed report back into the queue.", _reopen_arguments)
def reopen(options: shell.Options, out: shell.Out) -> None:
    row = _report(options)
    services.reopen_report(row, actor=shell.actor_of(options), reason=options["reason"])
    _tell(row, out)


def _report(options: shell.Options) -> Report:
    beginning = str(options["report"]).strip().lower()
    found = list(
        Report.objects.filter(report_id__startswith=beginning).select_related("handle", "reporter")[:2]
    )
    if len(found) > 1:
        raise ModerationRefused("Several reports begin so: give more of the id.")
    if not found or not beginning:
        raise shell.not_found(f"There is no report {beginning}.")
    return found[0]


def _tell(row: Report, out: shell.Out) -> None:
    out.result(documents.report_document(row), f"Report {row.report_id[:8]} is {row.state}.")
