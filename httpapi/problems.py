"""The kinds of refusals, and how exceptions become them.

Rooms declare their own kinds as subclasses of `Problem`; what the protocol refuses (`kezproto.errors`) is translated
here and nowhere else.
"""

import logging
import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from redis.exceptions import RedisError
from rest_framework import exceptions as drf
from rest_framework.views import set_rollback

from httpapi.problem import CONTENT_TYPE
from httpapi.problem import Problem as Problem
from kezproto.errors import ProtocolError

logger = logging.getLogger(__name__)


# --- what the protocol refuses (kezproto.errors) ---------------------------------------------------------------


class Malformed(Problem):
    """The request is not in the form that the protocol fixes."""

    status, code, title = 400, "malformed", "Malformed request"


class UnknownField(Problem):
    """The object has a field that its type and version do not have."""

    status, code, title = 400, "unknown_field", "Unknown field"


class WrongTag(Problem):
    """The object's tag is not the one that this endpoint takes."""

    status, code, title = 400, "wrong_tag", "Wrong tag"


class WrongType(Problem):
    """The payload's type or version is not the one that this endpoint takes."""

    status, code, title = 400, "wrong_type", "Wrong type or version"


class BadKey(Problem):
    """The key is not a usable ed25519 public key."""

    status, code, title = 400, "bad_key", "Unusable key"


class BadSignature(Problem):
    """The signature does not verify."""

    status, code, title = 401, "bad_signature", "Bad signature"


class KeyMismatch(Problem):
    """The object is signed by another key than the one that it is about."""

    status, code, title = 401, "key_mismatch", "Signed by another key"


class WrongServer(Problem):
    """The object was signed for another server."""

    status, code, title = 422, "wrong_server", "Signed for another server"


class Stale(Problem):
    """The object's created_at is too far from this server's clock."""

    status, code, title = 422, "stale", "Too old or from the future"


class BadHandle(Problem):
    """The handle does not follow the grammar for handles."""

    status, code, title = 422, "bad_handle", "Not a handle"


class BadReportedMessage(Problem):
    """A message in the report is not one that the reported key signed for you."""

    status, code, title = 422, "bad_reported_message", "A message that can't be checked"


PROTOCOL_PROBLEMS: Mapping[str, type[Problem]] = {
    kind.code: kind
    for kind in (
        Malformed,
        UnknownField,
        WrongTag,
        WrongType,
        BadKey,
        BadSignature,
        KeyMismatch,
        WrongServer,
        Stale,
        BadHandle,
        BadReportedMessage,
    )
}


# --- what the HTTP edge itself refuses -------------------------------------------------------------------------


class Forbidden(Problem):
    """This is not open to you."""

    status, code, title = 403, "forbidden", "Forbidden"


class NotFound(Problem):
    """There is nothing at this address."""

    status, code, title = 404, "not_found", "Not found"


class MethodNotAllowed(Problem):
    """This address does not take this method; the Allow header names those that it takes."""

    status, code, title = 405, "method_not_allowed", "Method not allowed"


class NotAcceptable(Problem):
    """This address cannot answer in a format that the Accept header allows."""

    status, code, title = 406, "not_acceptable", "Not acceptable"


class LengthRequired(Problem):
    """Send the body with a Content-Length header; a chunked body is not taken."""

    status, code, title = 411, "length_required", "Length required"


class TooLarge(Problem):
    """The body is larger than this address takes."""

    status, code, title = 413, "too_large", "Body too large"


class UnsupportedMediaType(Problem):
    """Send the body as Content-Type: application/json."""

    status, code, title = 415, "unsupported_media_type", "Unsupported media type"


class Throttled(Problem):
    """Too many requests from your address; wait as long as the Retry-After header says."""

    status, code, title = 429, "throttled", "Too many requests"


class ServerFault(Problem):
    """Something went wrong on the server; it has been logged."""

    status, code, title = 500, "internal_error", "Server fault"


class Unavailable(Problem):
    """A part that this server needs is out of reach; try again in a few seconds."""

    status, code, title = 503, "unavailable", "Temporarily unavailable"

    def __init__(self, detail: str = "", **members: Any) -> None:
        super().__init__(detail, headers={"Retry-After": "5"}, **members)


def problem_kinds() -> Iterator[type[Problem]]:
    """Every kind of problem that the loaded rooms declare, for documentation and its tests."""
    waiting = list(Problem.__subclasses__())
    while waiting:
        kind = waiting.pop(0)
        yield kind
        waiting.extend(kind.__subclasses__())


def from_protocol_error(error: ProtocolError) -> Problem:
    """The problem for a refusal of `kezproto`; its sentence becomes the detail."""
    kind = PROTOCOL_PROBLEMS.get(error.code)
    if kind is None:
        return Malformed(str(error), code=error.code)
    return kind(str(error))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a request that Django itself refuses (a foreign Host header, a broken header)."""
    return Malformed().response() if _wants_problem(request) else defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: an address that no room has."""
    return NotFound().response() if _wants_problem(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a bug, logged by Django; the answer says nothing about it."""
    return ServerFault().response() if _wants_problem(request) else defaults.server_error(request)


def _wants_problem(request: HttpRequest) -> bool:
    """Programs get problems and people pages: told by the address, then by what the Accept header asks for."""
    if request.path.startswith(("/v1/", "/.well-known/", "/internal/")):
        return True
    return request.get_preferred_type(["text/html", CONTENT_TYPE]) != "text/html"


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """DRF's EXCEPTION_HANDLER: every typed error as a problem, `None` (a logged 500) for what nobody foresaw."""
    problem = problem_for(error)
    if problem is None:
        return None
    set_rollback()
    return problem.response()


def problem_for(error: Exception) -> Problem | None:
    """The problem that an exception means, or `None` if it is a bug and must be seen as one."""
    match error:
        case Problem():
            return error
        case ProtocolError():
            return from_protocol_error(error)
        case Http404() | drf.NotFound():
            return NotFound()
        case PermissionDenied() | drf.PermissionDenied() | drf.NotAuthenticated():
            return Forbidden()
        case drf.MethodNotAllowed():
            return MethodNotAllowed()
        case drf.NotAcceptable():
            return NotAcceptable()
        case drf.UnsupportedMediaType():
            return UnsupportedMediaType()
        case drf.Throttled():
            return throttled(float(getattr(error, "wait", None) or 1))
        case drf.APIException():
            return Malformed()
        case OperationalError() | InterfaceError() | RedisError():
            logger.exception("A dependency failed during a request")
            return Unavailable()
    return None


def throttled(wait: float) -> Throttled:
    """The 429 for a caller that may come back in `wait` seconds."""
    seconds = max(1, math.ceil(wait))
    return Throttled(
        f"Too many requests from your address; try again in {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )
