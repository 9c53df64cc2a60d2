"""Registration, look-up, WebFinger, challenges."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from httpapi import problems
from httpapi.conditional import conditional_response
from httpapi.endpoint import Endpoint
from httpapi.problem import ProblemResponse
from kezproto.keys import Primary
from kezproto.registration import verify_registration
from kezproto.timestamps import format_timestamp
from registry import documents, errors, gates, lookup, services, work_gate
from registry.metrics import REGISTRATIONS
from registry.registration_state import state_of_key, state_of_pending
from registry.serializers import (
    ChallengeRequestSerializer,
    ChallengeSerializer,
    HandleSerializer,
    RegistrationRulesSerializer,
    RegistrationSerializer,
    RegistrationStateSerializer,
    WebFingerSerializer,
)
from registry.session_header import SESSION_HEADER, SESSION_PROBLEMS, session_of
from registry.throttles import (
    ChallengeThrottle,
    LookupThrottle,
    RegisterThrottle,
)
from registry.webfinger import name_in

# Caches may keep it, but must ask each time whether it still holds: a suspension shows at once. That costs a 304.
PUBLIC_CACHE = "public, no-cache"

_RESULTS = {201: "created", 202: "waiting"}

CONDITIONAL = (
    OpenApiParameter(
        "If-None-Match", OpenApiTypes.STR, "header", description="The entity tag of an earlier answer."
    ),
    OpenApiParameter(
        "ETag", OpenApiTypes.STR, "header", description="The answer's entity tag.", response=[200, 304]
    ),
)


class RegisterView(Endpoint):
    """Claim a handle with a registration that your key signed."""

    throttle_classes = (RegisterThrottle,)
    problems = {
        "POST": (
            problems.UnknownField,
            problems.WrongTag,
            problems.WrongType,
            problems.BadKey,
            problems.BadSignature,
            problems.KeyMismatch,
            errors.RegistrationClosed,
            errors.InviteNeeded,
            errors.InviteInvalid,
            errors.ProofOfWorkNeeded,
            errors.RegistrationDeclined,
            errors.HandleReserved,
            errors.HandleLookalike,
            errors.HandleTaken,
            errors.KeyInUse,
            problems.WrongServer,
            problems.Stale,
            problems.BadHandle,
        )
    }

    @extend_schema(
        operation_id="register",
        tags=["registry"],
        parameters=[
            OpenApiParameter(
                gates.INVITE_HEADER, OpenApiTypes.STR, "header", description="The code of an invite."
            ),
            OpenApiParameter(
                work_gate.HEADER, OpenApiTypes.STR, "header", description="Challenge, a space, and the nonce."
            ),
        ],
        request=RegistrationSerializer,
        responses={
            201: OpenApiResponse(HandleSerializer, "The handle is yours."),
            200: OpenApiResponse(HandleSerializer, "It was yours before: a lost answer was asked for again."),
            202: OpenApiResponse(RegistrationStateSerializer, "The operators will decide."),
        },
    )
    def post(self, request: Request) -> Response:
        document = self.json_object(request)
        invite = gates.check_gates(document, request.headers)
        now = timezone.now()
        registration = verify_registration(document, server=settings.KEZ_CHAT_SERVER, now=now)
        outcome = services.register_handle(registration, actor=registration.primary, now=now, invite=invite)
        if isinstance(outcome, services.Waiting):
            state = state_of_pending(outcome.pending)
            return Response(state, status=202, headers={"Cache-Control": "no-store"})
        return Response(
            documents.look_up_document(outcome.handle),
            status=201 if outcome.created else 200,
            headers={"Location": documents.look_up_url(outcome.handle), "Cache-Control": "no-store"},
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if isinstance(response, ProblemResponse):
            REGISTRATIONS.labels(response.code).inc()
        else:
            REGISTRATIONS.labels(_RESULTS.get(response.status_code, "repeated")).inc()
        return response


class RegistrationView(Endpoint):
    """How handles are given out here at present."""

    throttle_classes = (LookupThrottle,)

    @extend_schema(
        operation_id="registration",
        tags=["registry"],
        parameters=[
            OpenApiParameter(
                gates.INVITE_HEADER,
                OpenApiTypes.STR,
                "header",
                description="An invite, to ask whether it is good.",
            )
        ],
        responses=RegistrationRulesSerializer,
    )
    def get(self, request: Request) -> Response:
        body = gates.registration_document(request.headers, now=timezone.now())
        return Response(body, headers={"Cache-Control": "no-store"})


class RegistrationStateView(Endpoint):
    """What became of your registration. You show your key by a signed session over a challenge."""

    throttle_classes = (ChallengeThrottle,)
    problems = {"GET": SESSION_PROBLEMS}

    @extend_schema(
        operation_id="registration_state",
        tags=["registry"],
        parameters=[SESSION_HEADER],
        responses=RegistrationStateSerializer,
    )
    def get(self, request: Request) -> Response:
        session = services.prove_key(session_of(request), now=timezone.now())
        return Response(state_of_key(session.primary), headers={"Cache-Control": "no-store"})


class HandleView(Endpoint):
    """Look a handle up: `chris` or `chris@kez.lat`, in any case of letters."""

    throttle_classes = (LookupThrottle,)
    problems = {"GET": (errors.HandleUnknown, errors.OtherServer)}

    @extend_schema(
        operation_id="look_up",
        tags=["registry"],
        parameters=[
            OpenApiParameter(
                "handle", OpenApiTypes.STR, "path", description="Local part, or local@server of this server."
            ),
            *CONDITIONAL,
        ],
        responses={200: HandleSerializer, 304: OpenApiResponse(description="As in your earlier answer.")},
    )
    def get(self, request: Request, handle: str) -> Response:
        row = lookup.active_handle(handle)
        return conditional_response(request, documents.look_up_document(row), cache_control=PUBLIC_CACHE)


class JrdRenderer(JSONRenderer):
    media_type = "application/jrd+json"
    format = "jrd"


class WebFingerView(Endpoint):
    """WebFinger (RFC 7033) for the handles of this server."""

    renderer_classes = (JrdRenderer,)
    throttle_classes = (LookupThrottle,)
    problems = {"GET": (problems.Malformed, errors.HandleUnknown, errors.OtherServer)}

    @extend_schema(
        operation_id="webfinger",
        tags=["registry"],
        parameters=[
            OpenApiParameter(
                "resource", OpenApiTypes.STR, required=True, description="`acct:chris@kez.lat`, or an alias."
            ),
            OpenApiParameter(
                "rel",
                OpenApiTypes.STR,
                many=True,
                description="Only links of these relations; may be repeated.",
            ),
            *CONDITIONAL,
        ],
        responses={200: WebFingerSerializer, 304: OpenApiResponse(description="As in your earlier answer.")},
    )
    def get(self, request: Request) -> Response:
        row = lookup.active_handle(name_in(request.query_params.getlist("resource")))
        document = documents.webfinger_document(row, request.query_params.getlist("rel"))
        return conditional_response(request, document, cache_control=PUBLIC_CACHE)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        # RFC 7033 5: pages of any origin may ask; that holds for refusals too, or they could not read them.
        response["Access-Control-Allow-Origin"] = "*"
        return response


class ChallengesView(Endpoint):
    """Ask for a challenge to sign: it can be answered once, within 60 s."""

    max_body_bytes = 1024
    throttle_classes = (ChallengeThrottle,)
    problems = {"POST": (problems.UnknownField, problems.BadKey)}

    @extend_schema(
        operation_id="challenge",
        tags=["registry"],
        request=ChallengeRequestSerializer,
        responses={201: ChallengeSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.json_object(request)
        if unknown := sorted(set(body) - {"primary"}):
            raise problems.UnknownField(f"The body has only the field primary, not {unknown[0][:64]!r}.")
        text = body.get("primary")
        if not isinstance(text, str):
            raise problems.Malformed("The field primary is a key: ed25519: and 64 hex digits.")
        challenge, expires_at = services.issue_challenge(Primary.parse(text), now=timezone.now())
        return Response(
            {"challenge": challenge, "expires_at": format_timestamp(expires_at)},
            status=201,
            headers={"Cache-Control": "no-store"},
        )
