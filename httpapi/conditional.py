"""Entity tags: an answer that has not changed is a 304 without a body (RFC 9110 13.1.2)."""

import hashlib
import json
from typing import Any

from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response


def etag_of(value: Any) -> str:
    """A strong entity tag (quoted) for the answer that shows this JSON value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def is_known(request: Request, etag: str) -> bool:
    """Whether the If-None-Match header already has this entity tag (weak comparison)."""
    return is_among(etag, request.headers.get("If-None-Match", ""))


def is_among(etag: str, if_none_match: str) -> bool:
    """The same of the text of that header."""
    known = [tag.removeprefix("W/") for tag in parse_etags(if_none_match)] if if_none_match else []
    return etag in known or known == ["*"]


def conditional_response(
    request: Request, body: Any, *, cache_control: str, content_type: str | None = None
) -> Response:
    """200 with `body`, or 304 if the If-None-Match header already has its entity tag (weak comparison)."""
    etag = etag_of(body)
    unchanged = is_known(request, etag)
    response = Response(status=304) if unchanged else Response(body, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = cache_control
    return response
