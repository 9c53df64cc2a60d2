"""Announce a file, ask how far it has come, fetch it."""

import logging
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from files import documents, errors, lookup, services, storage
from files.access import bearer_token, check_token
from files.metrics import ANNOUNCED, DOWNLOADS
from files.models import Attachment
from files.ranges import parse_range
from files.serializers import AnnouncementSerializer, FileStatusSerializer
from files.storage import StorageFailed
from files.throttles import AnnounceThrottle, FileThrottle
from files.waiting import MAX_WAIT_SECONDS
from httpapi import problems
from httpapi.endpoint import Endpoint
from httpapi.problem import ProblemResponse
from kezproto.file_announcement import verify_file_announcement
from registry.errors import HandleSuspended, NotRegistered

logger = logging.getLogger(__name__)

NO_STORE = {"Cache-Control": "no-store"}
OCTETS = "application/octet-stream"
TOKEN = (
    OpenApiParameter(
        "file_id", OpenApiTypes.STR, "path", pattern="^[0-9a-f]{32}$", description="32 hex digits."
    ),
    OpenApiParameter(
        "Authorization",
        OpenApiTypes.STR,
        "header",
        description="`Bearer` and the file's access token (64 hex digits).",
    ),
)
ACCESS_PROBLEMS = (errors.TokenMissing, errors.TokenWrong, errors.FileUnknown, problems.NotFound)


class AnnounceView(Endpoint):
    """Announce a file whose sealed chunks you are going to send, or have sent. Announce a failed one again to retry."""

    throttle_classes = (AnnounceThrottle,)
    problems = {
        "POST": (
            problems.UnknownField,
            problems.WrongTag,
            problems.WrongType,
            problems.BadKey,
            problems.BadSignature,
            problems.KeyMismatch,
            NotRegistered,
            HandleSuspended,
            errors.QuotaInFlight,
            errors.QuotaStored,
            errors.QuotaDaily,
            errors.FileIdTaken,
            errors.FileGone,
            problems.WrongServer,
            problems.Stale,
        )
    }

    @extend_schema(
        operation_id="announce_file",
        tags=["files"],
        request=AnnouncementSerializer,
        responses={
            201: OpenApiResponse(FileStatusSerializer, "The server waits for the chunks."),
            200: OpenApiResponse(
                FileStatusSerializer, "It was announced before; a failed upload starts afresh."
            ),
        },
    )
    def post(self, request: Request) -> Response:
        now = timezone.now()
        announcement = verify_file_announcement(
            self.json_object(request), server=settings.KEZ_CHAT_SERVER, now=now
        )
        announced = services.announce_file(announcement, now=now)
        body = documents.status_document(announced.attachment)
        return Response(body, status=201 if announced.created else 200, headers=NO_STORE)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if isinstance(response, ProblemResponse):
            ANNOUNCED.labels(response.code).inc()
        else:
            ANNOUNCED.labels("created" if response.status_code == 201 else "repeated").inc()
        return response


class FileView(Endpoint):
    """How far a file has come, for whoever has its access token. `files.long_polls` does the waiting, before this."""

    throttle_classes = (FileThrottle,)
    problems = {"GET": (problems.Malformed, *ACCESS_PROBLEMS)}

    @extend_schema(
        operation_id="file_status",
        tags=["files"],
        parameters=[
            *TOKEN,
            OpenApiParameter(
                "wait",
                {"type": "integer", "minimum": 1, "maximum": MAX_WAIT_SECONDS},
                description="Answer when state or received changes, at the latest after so many seconds.",
            ),
        ],
        responses={200: FileStatusSerializer},
    )
    def get(self, request: Request, file_id: str) -> Response:
        wait = request.query_params.get("wait", "1")
        if not re.fullmatch("[1-9][0-9]?", wait) or int(wait) > MAX_WAIT_SECONDS:
            raise problems.Malformed(f"wait is a number of seconds from 1 to {MAX_WAIT_SECONDS}.")
        return Response(documents.status_document(_attachment(request, file_id)), headers=NO_STORE)


class ContentView(Endpoint):
    """The sealed chunks of a file, in order. At most 10 MiB are in memory for one answer."""

    throttle_classes = (FileThrottle,)
    problems = {
        "GET": (
            *ACCESS_PROBLEMS,
            errors.FilePending,
            errors.FileFailed,
            errors.FileExpired,
            errors.FileRemoved,
            errors.RangeNotSatisfiable,
        )
    }

    @extend_schema(
        operation_id="file_content",
        tags=["files"],
        parameters=[
            *TOKEN,
            OpenApiParameter("Range", OpenApiTypes.STR, "header", description="One range of bytes."),
            OpenApiParameter(
                "ETag", OpenApiTypes.STR, "header", description="The file's digest.", response=[200, 206]
            ),
            OpenApiParameter("Content-Range", OpenApiTypes.STR, "header", response=[206]),
        ],
        responses={(200, OCTETS): OpenApiTypes.BINARY, (206, OCTETS): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, file_id: str) -> HttpResponse:
        attachment = _attachment(request, file_id)
        _check_fetchable(attachment)
        etag = f'"{attachment.digest}"'
        # A client that goes on with another version than it began with gets the whole (RFC 9110 13.1.5).
        same = request.headers.get("If-Range", etag) == etag
        wanted = request.headers.get("Range", "") if same else ""
        part = parse_range(wanted, length=attachment.sealed_size)
        try:
            data = storage.read(attachment.stored_as, part)
        except StorageFailed as error:
            logger.exception("A stored attachment cannot be read")
            raise problems.Unavailable from error
        response = HttpResponse(data, status=206 if part else 200, content_type=OCTETS)
        if part is not None:
            response["Content-Range"] = part.content_range
        response["Accept-Ranges"] = "bytes"
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-store"
        return response

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if isinstance(response, ProblemResponse):
            DOWNLOADS.labels(response.code).inc()
        else:
            DOWNLOADS.labels("part" if response.status_code == 206 else "whole").inc()
        return response


def _attachment(request: Request, file_id: str) -> Attachment:
    """The file, if the request has its token. TokenMissing, FileUnknown, TokenWrong, in this order."""
    token = bearer_token(request.headers.get("Authorization", ""))
    attachment = lookup.attachment(file_id)
    check_token(token, attachment)
    return attachment


def _check_fetchable(attachment: Attachment) -> None:
    match Attachment.State(attachment.state):
        case Attachment.State.PENDING:
            raise errors.FilePending
        case Attachment.State.FAILED:
            raise errors.FileFailed(
                f"The upload failed; its sender has to send the file again. {documents.cause_sentence(attachment)}",
                cause_code=attachment.cause_code,
            )
        case Attachment.State.EXPIRED:
            raise errors.FileExpired
        case Attachment.State.REMOVED:
            raise errors.FileRemoved
