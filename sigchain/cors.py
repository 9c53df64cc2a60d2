"""CORS for an API without cookies: a web client of any origin may call it."""

from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response

from httpapi.endpoint import Endpoint


class OpenEndpoint(Endpoint):
    """Every answer, a refusal too, may be read by scripts of every origin, with its ETag and Retry-After."""

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """The answer to a browser's preflight (Fetch standard, 3.2.2); it never reaches the database."""
        methods = ", ".join(self.allowed_methods)
        return Response(
            status=204,
            headers={
                "Allow": methods,
                "Access-Control-Allow-Methods": methods,
                "Access-Control-Allow-Headers": "Content-Type, If-None-Match",
                "Access-Control-Max-Age": "86400",
            },
        )

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished["Access-Control-Allow-Origin"] = "*"
        finished["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        return finished
