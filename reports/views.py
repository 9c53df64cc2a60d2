"""Report a handle; see what became of it."""

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from httpapi import problems
from httpapi.endpoint import Endpoint
from kezproto.payloads import MAX_REPORT_BYTES
from kezproto.report import verify_report
from registry.errors import HandleSuspended, NotRegistered
from registry.services import prove_key
from registry.session_header import SESSION_HEADER, SESSION_PROBLEMS, session_of
from reports import errors, filing, lookup
from reports.documents import report_document
from reports.serializers import ReportSerializer, ReportsSerializer, ReportStateSerializer
from reports.throttles import ReportThrottle

NO_STORE = {"Cache-Control": "no-store"}


class ReportsView(Endpoint):
    """Tell the operators of a handle, and read what they answer."""

    # JSON text may be larger than the canonical form that the protocol limits: escapes, white space.
    max_body_bytes = 2 * MAX_REPORT_BYTES
    throttle_classes = (ReportThrottle,)
    problems = {
        "GET": SESSION_PROBLEMS,
        "POST": (
            problems.UnknownField,
            problems.WrongTag,
            problems.WrongType,
            problems.BadKey,
            problems.BadSignature,
            problems.KeyMismatch,
            NotRegistered,
            HandleSuspended,
            errors.ReportedUnknown,
            problems.WrongServer,
            problems.Stale,
            problems.BadHandle,
            problems.BadReportedMessage,
            errors.TooManyReports,
        ),
    }

    @extend_schema(
        operation_id="file_report",
        tags=["reports"],
        request=ReportSerializer,
        responses={
            201: OpenApiResponse(ReportStateSerializer, "The operators have it."),
            200: OpenApiResponse(
                ReportStateSerializer, "They had it before: a lost answer was asked for again."
            ),
        },
    )
    def post(self, request: Request) -> Response:
        now = timezone.now()
        filed = verify_report(self.json_object(request), server=settings.KEZ_CHAT_SERVER, now=now)
        stored = filing.file_report(filed, now=now)
        status = 201 if stored.created else 200
        return Response(report_document(stored.report), status=status, headers=NO_STORE)

    @extend_schema(
        operation_id="own_reports",
        tags=["reports"],
        parameters=[SESSION_HEADER],
        responses=ReportsSerializer,
    )
    def get(self, request: Request) -> Response:
        session = prove_key(session_of(request), now=timezone.now())
        rows = lookup.reports_by(session.primary)
        return Response({"reports": [report_document(row) for row in rows]}, headers=NO_STORE)
