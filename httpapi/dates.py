"""The Date header, which an origin server with a clock must send (RFC 9110, 6.6.1) and daphne does not.

Clients compare it with their own clock: signed objects are refused when the two are too far apart.
"""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from django.utils.http import http_date

Handler = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def date_middleware(get_response: Handler) -> Handler:
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            return _dated(await get_response(request))

        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        assert isinstance(response, HttpResponseBase)  # noqa: S101 - no coroutine function, so no coroutine
        return _dated(response)

    return answer


def _dated(response: HttpResponseBase) -> HttpResponseBase:
    if "Date" not in response:
        response["Date"] = http_date()
    return response
