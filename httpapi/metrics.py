"""What the HTTP edge counts for Prometheus. Labels are names of routes, never paths: a path is anybody's text."""

import time
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Counter, Histogram

REQUESTS = Counter("kez_http_requests", "HTTP requests answered.", ["route", "method", "status"])
SECONDS = Histogram("kez_http_request_seconds", "Time from request to answer.", ["route", "method"])

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Handler = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class RequestMetricsMiddleware:
    """Counts and times every request. Outermost, so it sees what the other middleware refuse as well."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self._is_async:
            return self._answer_later(request)
        began = time.perf_counter()
        response = self._get_response(request)
        assert isinstance(response, HttpResponseBase)  # noqa: S101 - which of the two, __init__ has found out
        _observe(request, response, began)
        return response

    async def _answer_later(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        answer = self._get_response(request)
        assert not isinstance(answer, HttpResponseBase)  # noqa: S101
        response = await answer
        _observe(request, response, began)
        return response


def _observe(request: HttpRequest, response: HttpResponseBase, began: float) -> None:
    method = request.method if request.method in _METHODS else "other"
    observe(route_name(request), str(method), response.status_code, began)


def observe(route: str, method: str, status: int, began: float) -> None:
    """Counts one answer; `began` is a moment of `time.perf_counter`."""
    REQUESTS.labels(route, method, str(status)).inc()
    SECONDS.labels(route, method).observe(time.perf_counter() - began)


def route_name(request: HttpRequest) -> str:
    """The name of the route in the urlconf, `unmatched` for addresses that no room has."""
    match = request.resolver_match
    if match is None:
        return "unmatched"
    # The admin's routes have names of their own; one label is enough for all of them.
    return match.namespaces[0] if match.namespaces else (match.url_name or "unnamed")
