"""Hand in a list of shared files, and give it out. Who may read what in it, only its readers' keys decide."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from files import errors, lookup
from files.metrics import SHARED_FILES
from files.models import SharedFilesList
from files.serializers import CommitmentSerializer, SharedFilesSerializer
from files.shared_files import put_shared_files
from files.throttles import FileThrottle, SharedFilesThrottle
from httpapi import problems
from httpapi.conditional import is_known
from httpapi.endpoint import Endpoint
from httpapi.problem import ProblemResponse
from kezproto.chain_state import ChainState
from kezproto.errors import KeyMismatch
from kezproto.keys import Primary
from kezproto.payloads import MAX_SHARED_FILES_BYTES
from kezproto.shared_files import verify_shared_files
from registry.documents import sigchain_url
from registry.errors import HandleSuspended, NotRegistered
from registry.models import Handle
from registry.views import CONDITIONAL
from sigchain.reading import ChainUnread, read_chain

# Some 15,000 events; their signatures take about a second to check.
MAX_CHAIN_BYTES = 8 * 1024 * 1024
CHAIN_SECONDS = 8.0
# Caches may keep it, but must ask each time whether it still holds.
PUBLIC_CACHE = "public, no-cache"
OWNER = OpenApiParameter(
    "primary",
    OpenApiTypes.STR,
    "path",
    pattern="^[0-9a-f]{64}$",
    description="The owner's key, 64 hex digits.",
)


class SharedFilesView(Endpoint):
    """The list of shared files of a key."""

    http_method_names = ["get", "head", "put"]
    throttle_classes = (FileThrottle,)
    max_body_bytes = MAX_SHARED_FILES_BYTES
    problems = {
        "GET": (errors.NoSharedFiles, problems.NotFound, problems.BadKey),
        "PUT": (
            problems.NotFound,
            problems.UnknownField,
            problems.WrongTag,
            problems.WrongType,
            problems.BadKey,
            problems.BadSignature,
            problems.KeyMismatch,
            NotRegistered,
            HandleSuspended,
            errors.OlderVersion,
            errors.NotCommitted,
            problems.Unavailable,
        ),
    }

    def get_throttles(self) -> list[BaseThrottle]:
        return [SharedFilesThrottle()] if self.request.method == "PUT" else super().get_throttles()

    @extend_schema(
        operation_id="shared_files",
        tags=["files"],
        parameters=[OWNER, *CONDITIONAL],
        responses={
            200: OpenApiResponse(SharedFilesSerializer, "As the owner signed it; check their sigchain."),
            304: OpenApiResponse(description="As in your earlier answer."),
        },
    )
    def get(self, request: Request, primary: str) -> HttpResponse:
        row = lookup.shared_files(Primary.from_hex(primary))
        etag = f'"{row.manifest}"'
        if is_known(request, etag):
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(bytes(row.document), content_type="application/json")
        response["ETag"] = etag
        response["Cache-Control"] = PUBLIC_CACHE
        return response

    @extend_schema(
        operation_id="put_shared_files",
        tags=["files"],
        parameters=[OWNER],
        request=SharedFilesSerializer,
        responses={
            201: OpenApiResponse(CommitmentSerializer, "It is given out from now on."),
            200: OpenApiResponse(
                CommitmentSerializer, "It was here before: a lost answer was asked for again."
            ),
        },
    )
    def put(self, request: Request, primary: str) -> Response:
        listed = verify_shared_files(self.json_object(request))
        if listed.primary.hex != primary:
            raise KeyMismatch("The list is of another key than the one in the address.")
        stored = put_shared_files(listed, read_chain=_chain_of, now=timezone.now())
        return Response(
            _commitment(stored.row, len(listed.canonical)),
            status=201 if stored.created else 200,
            headers={"Cache-Control": "no-store"},
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if request.method == "PUT":
            if isinstance(response, ProblemResponse):
                SHARED_FILES.labels(response.code).inc()
            else:
                SHARED_FILES.labels("stored" if response.status_code == 201 else "repeated").inc()
        return response


def _chain_of(handle: Handle) -> ChainState:
    """As the service gives it now. Unavailable if it cannot be had: then nobody can say what is committed."""
    try:
        return read_chain(
            handle.primary, sigchain_url(handle), max_bytes=MAX_CHAIN_BYTES, seconds=CHAIN_SECONDS
        )
    except ChainUnread as error:
        raise problems.Unavailable(f"Your sigchain cannot be read: {error} Try again later.") from error


def _commitment(row: SharedFilesList, size: int) -> dict[str, Any]:
    return {"manifest": row.manifest, "size": size, "version_no": row.version_no}
