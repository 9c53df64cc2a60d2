"""A session where there is no body: `Authorization: Kez-Session <base64url of the signed object>`."""

import base64
import binascii
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from httpapi import problems
from httpapi.problem import Problem
from kezproto.canonical import parse_json
from registry import errors

SCHEME = "kez-session"
MAX_CHARACTERS = 4096

SESSION_HEADER = OpenApiParameter(
    "Authorization",
    OpenApiTypes.STR,
    "header",
    required=True,
    description="`Kez-Session` and the signed `session` object as base64url of its JSON.",
)
SESSION_PROBLEMS: tuple[type[Problem], ...] = (
    problems.Malformed,
    problems.UnknownField,
    problems.WrongTag,
    problems.WrongType,
    problems.BadKey,
    problems.BadSignature,
    problems.KeyMismatch,
    errors.SessionNeeded,
    errors.ChallengeUnknown,
    problems.WrongServer,
    problems.Stale,
    problems.BadHandle,
)


def session_of(request: Request) -> Any:
    """The *unverified* JSON value that the header carries. Raises SessionNeeded without one, Malformed for another."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME:
        raise errors.SessionNeeded
    text = text.strip()
    if len(text) > MAX_CHARACTERS:
        raise problems.Malformed("The session in the Authorization header is too long.")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise problems.Malformed("The session in the Authorization header is not base64url.") from error
    return parse_json(data)
