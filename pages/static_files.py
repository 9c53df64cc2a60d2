"""Static files at the front door of an ASGI server.

A page of the app asks for two hundred modules. Under ASGI Django gives each request a thread of its own, made and ended
for it; these files need none. What is found, its headers and conditional answers are WhiteNoise's either way.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.http import http_date

from httpapi.static_index import static_index

Headers = list[tuple[bytes, bytes]]

# What WhiteNoise asks of a request, under the names of WSGI.
ASKED = {
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"range": "HTTP_RANGE",
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
}


# As the middleware gives to all other answers: the type is what it says, other origins may not embed the file, and
# opened by itself it runs nothing.
HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'"),
)


class StaticFiles:
    """An ASGI application: answers GET and HEAD for a static file; all else goes on to `application`."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._files: Mapping[str, Any] = static_index().files

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        file = self._files.get(scope["path"]) if scope["type"] == "http" else None
        if file is None or scope["method"] not in ("GET", "HEAD"):
            await self._application(scope, receive, send)
            return
        status, headers, body = _answer(file, scope["method"], _asked(scope["headers"]))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _asked(headers: Headers) -> dict[str, str]:
    return {ASKED[name]: value.decode("latin-1") for name, value in headers if name in ASKED}


def _answer(file: Any, method: str, asked: dict[str, str]) -> tuple[int, Headers, bytes]:
    response = file.get_response(method, asked)
    body = b""
    if response.file is not None:
        with response.file as opened:
            body = opened.read()
    named = [*response.headers, *HEADERS, ("Date", http_date())]
    return (
        int(response.status),
        [(name.lower().encode(), value.encode("latin-1")) for name, value in named],
        body,
    )
