"""The sigchain service's two addresses."""

import json
from collections.abc import Sequence

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

from httpapi.problems import (
    BadKey,
    BadSignature,
    KeyMismatch,
    Malformed,
    Problem,
    Stale,
    UnknownField,
    WrongTag,
    WrongType,
)
from kezproto.errors import ProtocolError
from kezproto.keys import Primary
from kezproto.sigchain import Head, verify_event
from sigchain import lookup, schemas
from sigchain.cors import OpenEndpoint
from sigchain.errors import ChainFull, TimeBackwards, WrongPrev, WrongSeq, head_member
from sigchain.metrics import APPENDS
from sigchain.queries import since_of
from sigchain.services import append_event
from sigchain.throttles import AppendThrottle, ReadThrottle


class ChainView(OpenEndpoint):
    http_method_names = ["get", "head", "options"]
    throttle_classes = (ReadThrottle,)
    problems = {"GET": (BadKey, Malformed)}

    @schemas.read_chain
    def get(self, request: Request, primary: str) -> HttpResponse:
        """A key's chain: its head and its events in order, exactly as they were signed.

        A key that never posted has an empty chain. Clients replay the chain themselves: this service cannot
        forge an event, but it could withhold one.
        """
        key = Primary.from_hex(primary)
        since = since_of(request.query_params)
        head = lookup.head_of(key)
        etag = etag_of(head)
        known = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
        if etag in known or known == ["*"]:
            response = HttpResponse(status=304)
        else:
            events = lookup.documents(key, after=since, up_to=head.seq) if head else ()
            response = HttpResponse(chain_body(key, head, events), content_type="application/json")
        response["ETag"] = etag
        response["Cache-Control"] = "no-cache"  # may be kept, but asked about each time: an append changes it
        return response


class EventsView(OpenEndpoint):
    http_method_names = ["post", "options"]
    throttle_classes = (AppendThrottle,)
    problems = {
        "POST": (
            *(UnknownField, WrongTag, WrongType, BadKey),
            *(BadSignature, KeyMismatch),
            *(WrongSeq, WrongPrev, ChainFull),
            *(Stale, TimeBackwards),
        )
    }

    @schemas.append_event
    def post(self, request: Request, primary: str) -> Response:
        """Append one signed event to the chain of the key that signed it.

        The same event again answers 200, so a lost answer can be retried.
        """
        try:
            actor = Primary.from_hex(primary)
            appended = append_event(verify_event(self.json_object(request)), actor=actor, now=timezone.now())
        except (ProtocolError, Problem) as refusal:
            APPENDS.labels(result=refusal.code).inc()
            raise
        APPENDS.labels(result="appended" if appended.created else "repeated").inc()
        return Response(head_member(appended.head), status=201 if appended.created else 200)


def etag_of(head: Head | None) -> str:
    """A strong entity tag: the head's hash covers every event before it, and a body is put together one way only."""
    return f'"{head.hash}"' if head else '"empty"'


def chain_body(primary: Primary, head: Head | None, events: Sequence[str]) -> bytes:
    """The canonical JSON of `{"events", "head", "primary"}`; events go out in the bytes that were stored."""
    shown = json.dumps(head_member(head), separators=(",", ":"), sort_keys=True)
    return f'{{"events":[{",".join(events)}],"head":{shown},"primary":"{primary}"}}'.encode()
