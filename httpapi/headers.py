"""Headers that every answer carries, and the looser content policy of the one room that others wrote.

The strict policy stands in the settings; `csp` sends it with every answer.
"""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from csp.constants import NONE, SELF
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

Handler = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]

NOBODY = "()"
PERMISSIONS = ", ".join(
    f"{feature}={NOBODY}"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-create",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)
# Django's admin writes markup as text, which Trusted Types forbid. It asks nothing of other servers.
ADMIN_POLICY = {"connect-src": [SELF], "require-trusted-types-for": None, "trusted-types": None}
# So does the page that shows the API's description; its icons are data addresses.
API_DOCS_POLICY = {
    "connect-src": [SELF],
    "img-src": [SELF, "data:"],
    "form-action": [NONE],
    "require-trusted-types-for": None,
    "trusted-types": None,
}


@sync_and_async_middleware
def headers_middleware(get_response: Handler) -> Handler:
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            return _with_headers(request, await get_response(request))

        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        assert isinstance(response, HttpResponseBase)  # noqa: S101 - no coroutine function, so no coroutine
        return _with_headers(request, response)

    return answer


def _with_headers(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.setdefault("Permissions-Policy", PERMISSIONS)
    match = request.resolver_match
    if match and "admin" in match.namespaces:
        response._csp_replace = ADMIN_POLICY  # type: ignore[attr-defined]
    return response
