"""Which static files there are: WhiteNoise looks through all of them once in a process, whoever asks.

By itself its middleware looks again each time that Django's middleware is loaded: at the front door, in Django, and for
every client of a test.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

GetResponse = Callable[[HttpRequest], HttpResponseBase]


@cache
def static_index() -> Any:
    """A WhiteNoise whose `files` are by path; called with a request it answers None for what is no static file."""
    return WhiteNoiseMiddleware(lambda _: None)


def static_middleware(get_response: GetResponse) -> GetResponse:
    """Answers for static files that come as far as Django: with KEZ_DEBUG, and in the sigchain's process."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        return static_index()(request) or get_response(request)

    return answer
