"""One refusal of the HTTP API: `application/problem+json` (RFC 9457) with a stable `code`.

A body is `{"type", "title", "status", "detail", "code"}` plus members of its own (`head`, …). `code` is what programs
decide on and never changes; `detail` is one sentence for people and may.
"""

import inspect
import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

CONTENT_TYPE = "application/problem+json"
# RFC 9110 15.5.2: a 401 names a way in. Ours is not an HTTP scheme: it is the signature inside the body.
SIGNED_OBJECT_CHALLENGE = 'Kez-Signed-Object realm="kez"'


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it so
    """The request was refused.

    A subclass fixes `status`, `code` and `title`; its docstring's first line is the `detail` unless one is given.
    Extra keyword arguments become members of the body; `headers` are added to the response.
    """

    status: int = 400
    code: str = "malformed"
    title: str = "The request was refused"

    def __init__(
        self,
        detail: str = "",
        *,
        status: int | None = None,
        code: str | None = None,
        title: str | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        self.detail = detail or inspect.cleandoc(type(self).__doc__ or self.title).partition("\n")[0]
        super().__init__(self.detail)
        if status is not None:
            self.status = status
        if code is not None:
            self.code = code
        if title is not None:
            self.title = title
        self.headers = dict(headers or {})
        self.members = members

    def body(self) -> dict[str, Any]:
        """The problem document as a JSON value."""
        return {
            "type": f"urn:kez:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.members,
        }

    def response(self) -> "ProblemResponse":
        """The finished response; it does not pass through a renderer, so it looks the same everywhere."""
        response = ProblemResponse(self)
        response["Cache-Control"] = "no-store"
        if self.status == 401:
            response["WWW-Authenticate"] = SIGNED_OBJECT_CHALLENGE
        for name, value in self.headers.items():
            response[name] = value
        return response


class ProblemResponse(HttpResponse):
    """A response that shows a problem; `code` is for those who count."""

    def __init__(self, problem: Problem) -> None:
        text = json.dumps(problem.body(), ensure_ascii=False)
        super().__init__(text, status=problem.status, content_type=CONTENT_TYPE)
        self.code = problem.code
