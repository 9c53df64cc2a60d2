"""The base of every REST view: JSON in, JSON out, refusals as problems, no sessions, no browsable extras."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from httpapi.parsers import MAX_BODY_BYTES, SignedObjectParser
from httpapi.problems import LengthRequired, Malformed, Problem, TooLarge, UnsupportedMediaType


class AlwaysJson(BaseContentNegotiation):
    """Answers in the view's one format whatever the Accept header says (RFC 9110 12.5.1 allows it)."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        media_type = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class Endpoint(APIView):
    """A REST view. `problems` names, by method, what it refuses beyond what every view does; the schema shows it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (SignedObjectParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AlwaysJson
    metadata_class = None
    http_method_names = ["get", "head", "post"]
    max_body_bytes = MAX_BODY_BYTES
    problems: ClassVar[Mapping[str, Sequence[type[Problem]]]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("POST", "PUT") and request.method in self.allowed_methods:
            self._check_body_headers(request)

    def json_object(self, request: Request) -> dict[str, Any]:
        """The body as an *unverified* JSON object; Malformed (400) if it is any other JSON value."""
        if not isinstance(request.data, dict):
            raise Malformed("The body is not a JSON object.")
        return request.data

    def _check_body_headers(self, request: Request) -> None:
        """Refuse by the headers alone, before any of the body is read."""
        length = request.headers.get("Content-Length", "").lstrip("0")
        chunked = "Transfer-Encoding" in request.headers
        has_something = request.content_type or length or chunked
        if has_something and not AlwaysJson().select_parser(request, self.get_parsers()):
            raise UnsupportedMediaType
        # DRF reads no body without a Content-Length and would take a chunked one for an empty object.
        if chunked and not length:
            raise LengthRequired
        if not re.fullmatch("[0-9]+", length):
            raise Malformed("The request has no body.")
        if len(length) > 18 or int(length) > self.max_body_bytes:
            raise TooLarge(f"The body is larger than {self.max_body_bytes} bytes.")
