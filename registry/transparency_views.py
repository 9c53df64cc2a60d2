"""The public log of what operators did to handles, and the key that signs it."""

import logging
import re
from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from httpapi import problems
from httpapi.endpoint import Endpoint
from registry import transparency
from registry.serializers import TransparencyKeySerializer, TransparencySerializer
from registry.throttles import LookupThrottle

logger = logging.getLogger(__name__)

T = TypeVar("T")


class TransparencyView(Endpoint):
    """What operators did to handles: a log in which every entry is linked to the one before, its head signed."""

    throttle_classes = (LookupThrottle,)
    problems = {"GET": (problems.Malformed,)}

    @extend_schema(
        operation_id="transparency",
        tags=["operators"],
        parameters=[
            OpenApiParameter("since", OpenApiTypes.INT, description="Only entries with a greater number.")
        ],
        responses=TransparencySerializer,
    )
    def get(self, request: Request) -> Response:
        since = request.query_params.get("since", "0")
        if not re.fullmatch("[0-9]{1,15}", since):
            raise problems.Malformed("Write since as one plain number, as in since=12.")
        page = _with_key(lambda: transparency.log_page(since=int(since), now=timezone.now()))
        body = {"head": page.head, "entries": page.entries, "more": page.more}
        return _for_everybody(Response(body, headers={"Cache-Control": "no-store"}))


class TransparencyKeyView(Endpoint):
    """The key that signs the public log of this server."""

    throttle_classes = (LookupThrottle,)

    @extend_schema(operation_id="transparency_key", tags=["operators"], responses=TransparencyKeySerializer)
    def get(self, request: Request) -> Response:
        body = _with_key(transparency.key_document)
        return _for_everybody(Response(body, headers={"Cache-Control": "public, no-cache"}))


def _with_key(make: Callable[[], T]) -> T:
    try:
        return make()
    except ImproperlyConfigured as error:
        logger.error("%s", error)
        raise problems.Unavailable(
            "This process has no key for the public log; its log says which."
        ) from error


def _for_everybody(response: Response) -> Response:
    """Pages of any origin may read it: it is for those who do not trust this one."""
    response["Access-Control-Allow-Origin"] = "*"
    return response
