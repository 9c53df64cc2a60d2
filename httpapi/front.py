"""What is asked most, answered at the front door of an ASGI server, before Django makes a request of it.

An answer here is the one that Django would give, header for header; a test compares. What is not quite plain (another
method, a foreign host, an odd path, a part that is out of reach) goes on to Django.
"""

import asyncio
import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponseBase
from django.http.request import split_domain_port, validate_host
from django.utils.http import http_date
from rest_framework.renderers import JSONRenderer

from httpapi.addresses import address_behind, throttle_bucket
from httpapi.metrics import observe
from httpapi.pooled import PooledDjango, Receive, Send
from httpapi.views import health_document

Headers = list[tuple[bytes, bytes]]

ALLOW = (b"Allow", b"GET, HEAD")
JSON = (b"Content-Type", b"application/json")
# What the view of an address says for itself; all else came from the middleware.
OF_VIEWS = frozenset({"allow", "cache-control", "content-length", "content-type", "date", "vary"})
PLAIN = "/v1/healthz"


@dataclass(frozen=True, slots=True)
class Asked:
    """A plain GET or HEAD. `bucket` is what the requests of this caller are counted under."""

    path: str
    query: str
    if_none_match: str
    bucket: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` are those beyond what all answers carry."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes = b""

    @classmethod
    def of(cls, response: Any, *more: tuple[bytes, bytes]) -> "Answer":
        """A finished response of Django's."""
        headers = [(name.encode(), value.encode("latin-1")) for name, value in response.items()]
        return cls(response.status_code, [*headers, *more], response.content)


class Route(Protocol):
    """Answers the requests of one address; `name` is that of its route in the urlconf."""

    name: str

    async def answer(self, asked: Asked) -> Answer | None:
        """None: Django shall answer."""
        ...


class Front:
    """An ASGI application. `routes` are by path, or by folder: those that end in a slash."""

    def __init__(self, django: PooledDjango, application: Any, routes: Mapping[str, Route]) -> None:
        self._django = django
        self._application = application
        self._routes = routes
        self._common: dict[bytes, Headers] = {}

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        route = self._route(scope)
        asked = _plainly_asked(scope) if route is not None else None
        answer = await route.answer(asked) if route is not None and asked is not None else None
        if route is None or answer is None:
            await self._application(scope, receive, send)
            return
        common = await self._common_headers(scope)
        length = (b"Content-Length", str(len(answer.body)).encode())
        date = (b"Date", http_date().encode())
        observe(route.name, scope["method"], answer.status, began)
        headers = [*answer.headers, *common, length, date]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    def _route(self, scope: dict[str, Any]) -> Route | None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return None
        path = scope["path"]
        folder = path[: path.rfind("/") + 1]
        return None if folder == path else self._routes.get(path) or self._routes.get(folder)

    async def _common_headers(self, scope: dict[str, Any]) -> Headers:
        """What the middleware adds to every answer; Django is asked once, over TLS and without."""
        scheme = dict(scope["headers"]).get(b"x-forwarded-proto", b"")
        if scheme not in self._common:
            loop = asyncio.get_running_loop()
            response = await loop.run_in_executor(None, self._plain_response, scope)
            self._common[scheme] = [
                (name.encode(), value.encode("latin-1"))
                for name, value in response.items()
                if name.lower() not in OF_VIEWS
            ]
        return self._common[scheme]

    def _plain_response(self, scope: dict[str, Any]) -> HttpResponseBase:
        plain = {**scope, "method": "GET", "path": PLAIN, "raw_path": PLAIN.encode(), "query_string": b""}
        return self._django.get_response(ASGIRequest(plain, io.BytesIO()))


def _plainly_asked(scope: dict[str, Any]) -> Asked | None:
    """None if anything about the request is out of the ordinary."""
    host, forwarded, etags, schemes = [], [], [], []
    for name, value in scope["headers"]:
        if name == b"host":
            host.append(value)
        elif name == b"x-forwarded-for":
            forwarded.append(value)
        elif name == b"if-none-match":
            etags.append(value)
        elif name == b"x-forwarded-proto":
            schemes.append(value)
    query = scope["query_string"]
    odd = len(host) != 1 or schemes not in ([], [b"http"], [b"https"]) or scope.get("root_path")
    if odd or not query.isascii() or not _is_ours(host[0]):
        return None
    client = scope.get("client")
    address = address_behind(client[0] if client else "", b",".join(forwarded).decode("latin-1"))
    return Asked(
        scope["path"],
        query.decode(),
        b",".join(etags).decode("latin-1"),
        throttle_bucket(address),
    )


@lru_cache(maxsize=64)
def _is_ours(host: bytes) -> bool:
    name, _ = split_domain_port(host.decode("latin-1"))
    return bool(name) and validate_host(name, settings.ALLOWED_HOSTS)


class Health:
    """`GET /v1/healthz`, which an overloaded server answers too: no thread has to be free for it."""

    name = "healthz"

    async def answer(self, asked: Asked) -> Answer | None:
        return Answer(200, [JSON, ALLOW, (b"Cache-Control", b"no-store")], rendered(health_document()))


def rendered(document: Any) -> bytes:
    """JSON as views write it."""
    return bytes(JSONRenderer().render(document))
