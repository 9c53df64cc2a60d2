"""Look-ups and WebFinger at the front door (httpapi/front.py): counted and read from the database many at a time."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, close_old_connections
from django.http import QueryDict
from redis.exceptions import RedisError

from httpapi.conditional import etag_of, is_among
from httpapi.counting import BatchCounter
from httpapi.front import ALLOW, JSON, Answer, Asked, Route, rendered
from httpapi.gathering import Gatherer
from httpapi.problem import Problem
from httpapi.problems import throttled
from registry.documents import look_up_document, webfinger_document
from registry.errors import HandleUnknown
from registry.lookup import active_handles, local_part
from registry.models import Handle
from registry.throttles import LookupThrottle
from registry.views import PUBLIC_CACHE, JrdRenderer
from registry.webfinger import name_in

logger = logging.getLogger(__name__)

JRD = (b"Content-Type", JrdRenderer.media_type.encode())
ANY_ORIGIN = (b"Access-Control-Allow-Origin", b"*")
LOOK_UP_FOLDER = "/v1/u/"


@dataclass(frozen=True, slots=True)
class _Question:
    """Without a name it only counts."""

    bucket: str
    local: str


class LookUpDesk:
    """Answers who holds a name."""

    def __init__(self) -> None:
        self._gatherer = Gatherer(self._answer, name="look-ups")
        self._counter = BatchCounter(LookupThrottle.scope, LookupThrottle.rate_setting)

    async def active_handle(self, bucket: str, local: str) -> Handle | None:
        """Raises Throttled, and a DatabaseError."""
        found = await self._gatherer.ask(_Question(bucket, local))
        if isinstance(found, float):
            raise throttled(found)
        return found

    def _answer(self, questions: Sequence[_Question]) -> list[Handle | float | None]:
        """For each the active handle of that name, or how long to wait first."""
        waits = self._waits([question.bucket for question in questions])
        names = {question.local for question, wait in zip(questions, waits, strict=True) if not wait} - {""}
        close_old_connections()
        handles = active_handles(names)
        close_old_connections()
        return [wait or handles.get(question.local) for question, wait in zip(questions, waits, strict=True)]

    def _waits(self, buckets: Sequence[str]) -> list[float]:
        try:
            return self._counter.count(buckets, now=time.time())
        except RedisError as error:
            logger.warning(
                "Throttle %s is not counting: the cache is out of reach (%s)", LookupThrottle.scope, error
            )
            return [0.0] * len(buckets)


class LookUps:
    """`GET /v1/u/<handle>`"""

    name = "look-up"

    def __init__(self, desk: LookUpDesk) -> None:
        self._desk = desk

    async def answer(self, asked: Asked) -> Answer | None:
        try:
            handle = await _found(
                self._desk, asked, lambda: local_part(asked.path.removeprefix(LOOK_UP_FOLDER))
            )
        except Problem as problem:
            return Answer.of(problem.response(), ALLOW)
        except DatabaseError:
            return None
        return _conditional(asked, look_up_document(handle), JSON)


class WebFinger:
    """`GET /.well-known/webfinger?resource=…`"""

    name = "webfinger"

    def __init__(self, desk: LookUpDesk) -> None:
        self._desk = desk

    async def answer(self, asked: Asked) -> Answer | None:
        try:
            parameters = QueryDict(asked.query)
            handle = await _found(self._desk, asked, lambda: name_in(parameters.getlist("resource")))
        except Problem as problem:
            return Answer.of(problem.response(), ALLOW, ANY_ORIGIN)
        except (DatabaseError, SuspiciousOperation):
            return None
        document = webfinger_document(handle, parameters.getlist("rel"))
        return _conditional(asked, document, JRD, ANY_ORIGIN)


async def _found(desk: LookUpDesk, asked: Asked, name: Callable[[], str]) -> Handle:
    """The handle that is asked for; counted first, whatever is wrong with the name. Raises a Problem."""
    try:
        local, refusal = name(), None
    except Problem as problem:
        local, refusal = "", problem
    handle = await desk.active_handle(asked.bucket, local)
    if handle is None:
        raise refusal or HandleUnknown()
    return handle


def _conditional(asked: Asked, document: dict[str, Any], *headers: tuple[bytes, bytes]) -> Answer:
    etag = etag_of(document)
    own = [*headers, ALLOW, (b"ETag", etag.encode()), (b"Cache-Control", PUBLIC_CACHE.encode())]
    if is_among(etag, asked.if_none_match):
        return Answer(304, [each for each in own if each[0] != b"Content-Type"])
    return Answer(200, own, rendered(document))


def look_up_routes() -> dict[str, Route]:
    """For the front door of the web process."""
    desk = LookUpDesk()
    return {LOOK_UP_FOLDER: LookUps(desk), "/.well-known/webfinger": WebFinger(desk)}
