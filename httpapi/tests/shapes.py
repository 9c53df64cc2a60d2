"""What every refusal looks like; each endpoint's tests assert it through here."""

from typing import Any

from django.http import HttpResponseBase


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The response is a problem document of this status and code; its body is returned."""
    assert isinstance(response, HttpResponseBase)
    body = response.json()  # type: ignore[attr-defined]
    assert (response.status_code, body["code"]) == (status, code), body
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    assert body["status"] == status
    assert body["type"] == f"urn:kez:problem:{code}"
    assert body["title"]
    assert body["detail"].endswith((".", "?"))
    assert ("WWW-Authenticate" in response) == (status == 401)
    return dict(body)
