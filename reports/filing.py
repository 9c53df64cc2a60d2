"""Taking a report in. Its maker has to have a handle here, and the reported handle to be that of the reported key."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from redis.exceptions import RedisError

from httpapi.problems import Unavailable
from httpapi.throttles import Counted, count, rate_of
from kezproto.report import Report as Filed
from registry.errors import HandleSuspended, NotRegistered
from registry.models import Handle
from registry.tasks import tell_operators
from reports import lookup
from reports.errors import ReportedUnknown, TooManyReports
from reports.models import Report

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """Not `created`: it was there before (a lost answer was asked for again)."""

    report: Report
    created: bool


def file_report(filed: Filed, *, now: datetime) -> Stored:
    """Store a verified report and alert the operators. The same one again is answered as before.

    Raises NotRegistered, HandleSuspended, ReportedUnknown, TooManyReports.
    """
    reporter = _reporter(filed)
    known = lookup.own_report(reporter, filed.report_id)
    if known is not None:
        return Stored(known, created=False)
    reported = Handle.objects.filter(
        local=filed.reported.local, primary_hex=filed.reported_primary.hex
    ).first()
    if reported is None:
        raise ReportedUnknown
    _count(reporter, now)
    try:
        with transaction.atomic():
            report = Report.objects.create(
                report_id=filed.report_id,
                reporter=reporter,
                handle=reported,
                category=filed.category,
                text=filed.text,
                message_count=len(filed.messages),
                document=filed.document,
                created_at=now,
                changed_at=now,
            )
            transaction.on_commit(lambda: tell_operators("report"))
    except IntegrityError:
        known = lookup.own_report(reporter, filed.report_id)
        if known is None:
            raise
        return Stored(known, created=False)
    return Stored(report, created=True)


def erase_old_reports(*, now: datetime) -> int:
    """Forget texts and messages of reports that have been closed for long; answers of how many.

    What was decided stays: the state, the outcome, who was reported for what.
    """
    before = now - timedelta(days=settings.KEZ_REPORT_KEEP_DAYS)
    closed = Report.objects.filter(closed_at__lt=before, document__isnull=False)
    return closed.update(document=None, text="")


def _reporter(filed: Filed) -> Handle:
    row = Handle.objects.filter(primary_hex=filed.primary.hex, local=filed.handle.local).first()
    if row is not None and row.status == Handle.Status.SUSPENDED:
        raise HandleSuspended
    if row is None or row.status != Handle.Status.ACTIVE:
        raise NotRegistered
    return row


def _count(reporter: Handle, now: datetime) -> None:
    try:
        counted = Counted("report", rate_of("KEZ_THROTTLE_REPORT"), reporter.primary_hex)
        wait = count(counted, now=now.timestamp())
    except RedisError as error:
        raise Unavailable from error
    if wait:
        raise TooManyReports(wait)
