"""The NATS room over HTTP: the last refusal for a key's owner, and the callout's decision for bridges of operators."""

import hmac
import logging
from typing import IO, Any, cast

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chatbridge.broker import backend_connection, callout_xkey, issuer_key
from chatbridge.callout import Allowed
from chatbridge.callout_process import prepare_device
from chatbridge.nats_jwt import MAX_TOKEN_BYTES, BadToken
from chatbridge.refusals import last_refusal
from chatbridge.responder import Responder
from chatbridge.serializers import RefusalSerializer, SessionSerializer
from chatbridge.xkey import CannotUnseal
from httpapi import problems
from httpapi.endpoint import Endpoint
from httpapi.parsers import read_limited
from httpapi.problem import Problem
from kezproto.keys import Primary
from registry import errors
from registry.services import consume_session
from registry.throttles import ChallengeThrottle

logger = logging.getLogger(__name__)


class RequestRefused(Problem):
    """This is not an authorization request of a NATS server."""

    status, code, title = 400, "bad_request", "Not an authorization request"


class RequestExpired(Problem):
    """The authorization request has expired; do the clocks of broker and server agree?"""

    status, code, title = 422, "expired", "Expired"


class RefusalView(Endpoint):
    """Why the broker refuses your key, which it does not say itself. Open to suspended handles too."""

    throttle_classes = (ChallengeThrottle,)
    problems = {
        "POST": (
            problems.UnknownField,
            problems.WrongTag,
            problems.WrongType,
            problems.BadKey,
            problems.BadSignature,
            problems.KeyMismatch,
            errors.ChallengeUnknown,
            problems.WrongServer,
            problems.Stale,
            problems.BadHandle,
        )
    }

    @extend_schema(
        operation_id="nats_refusal",
        tags=["nats"],
        request=SessionSerializer,
        responses={200: OpenApiResponse(RefusalSerializer, "The last refusal, or nulls.")},
    )
    def post(self, request: Request) -> Response:
        refusal = last_refusal(_proven_primary(self.json_object(request)))
        body = {
            "reason": refusal.reason.value if refusal else None,
            "detail": refusal.reason.sentence if refusal else None,
            "at": refusal.at if refusal else None,
        }
        return Response(body, headers={"Cache-Control": "no-store"})


def _proven_primary(document: dict[str, Any]) -> Primary:
    """The key that signed the session, whatever the state of its handle."""
    try:
        return consume_session(document, now=timezone.now()).primary
    except (errors.HandleSuspended, errors.NotRegistered):
        # Both are raised only after signature and challenge were verified; the key is what its owner is asking about.
        return Primary.parse(document["payload"]["primary"])


@csrf_exempt
def internal_auth(request: HttpRequest) -> HttpResponse:
    """`POST /internal/nats/auth`: the callout's decision on one request, for deployments that carry it over HTTP."""
    try:
        return _internal_auth(request)
    except Problem as problem:
        return problem.response()


def _internal_auth(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        raise problems.MethodNotAllowed(headers={"Allow": "POST"})
    if not _has_secret(request):
        raise problems.Forbidden("This address is for the server's own parts, with KEZ_INTERNAL_SECRET.")
    body = read_limited(cast(IO[bytes], request), MAX_TOKEN_BYTES)
    server_xkey = request.headers.get("Nats-Server-Xkey", "")
    try:
        answer = async_to_sync(_answer)(body, server_xkey)
    except ImproperlyConfigured as error:
        logger.error("%s", error)
        raise problems.Unavailable("This process has no keys for the broker; its log says which.") from error
    except BadToken as error:
        raise (RequestExpired if error.code == "expired" else RequestRefused)(str(error)) from error
    except CannotUnseal as error:
        raise RequestRefused(str(error)) from error
    kind = "application/octet-stream" if server_xkey else "application/jwt"
    return HttpResponse(answer, content_type=kind, headers={"Cache-Control": "no-store"})


def _has_secret(request: HttpRequest) -> bool:
    secret = settings.KEZ_INTERNAL_SECRET
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.encode(), secret.encode())
    return bool(secret) and scheme.lower() == "bearer" and same


async def _answer(body: bytes, server_xkey: str) -> bytes:
    return await Responder(issuer=issuer_key(), xkey=callout_xkey(), prepare_device=_prepare_device).answer(
        body, server_xkey=server_xkey
    )


async def _prepare_device(allowed: Allowed, cursor: int, forgotten: list[str]) -> None:
    async with backend_connection() as backend:
        await prepare_device(backend, allowed, cursor, forgotten)
