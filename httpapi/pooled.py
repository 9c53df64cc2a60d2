"""Django under an ASGI server, on a fixed set of threads that keep their connections.

Django's own ASGI handler makes and ends a thread for every request, and hops to it and back twice for each middleware.
With it go the connections to the database and to Valkey, which belong to threads. All views here are synchronous: so
the whole request runs on one thread, as under a WSGI server, and the thread stays for the next one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import set_script_prefix

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class PooledDjango(ASGIHandler):
    """At most `threads` requests at a time; more wait their turn. What streams is read to its end first."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="django")

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        loop = asyncio.get_running_loop()
        with body:
            response = await loop.run_in_executor(self._pool, self._answer, scope, body)
        await self.send_response(response, send)

    def _answer(self, scope: dict[str, Any], body: IO[bytes]) -> HttpResponseBase:
        """The finished response; what the request held is given back when this returns."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, refusal = self.create_request(scope, body)
        response = refusal if request is None else self.get_response(request)
        assert response is not None  # noqa: S101 - there is a request or a refusal
        if isinstance(response, StreamingHttpResponse):
            response = _collected(response)
        response.close()  # tells `request_finished`
        return response


def _collected(response: StreamingHttpResponse) -> HttpResponse:
    """The same in one piece. Only static files stream, and those hardly ever come here (pages/static_files.py)."""
    content = b"".join(iter(response))
    response.close()
    return HttpResponse(content, status=response.status_code, headers=response.headers)
