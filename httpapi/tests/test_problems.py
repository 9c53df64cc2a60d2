import json

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions as drf

from httpapi.problem import Problem
from httpapi.problems import exception_handler, problem_kinds
from kezproto import errors

STATUSES = {
    errors.Malformed: 400,
    errors.UnknownField: 400,
    errors.WrongTag: 400,
    errors.WrongType: 400,
    errors.BadKey: 400,
    errors.BadSignature: 401,
    errors.KeyMismatch: 401,
    errors.WrongServer: 422,
    errors.Stale: 422,
    errors.BadHandle: 422,
    errors.BadReportedMessage: 422,
}


@pytest.mark.parametrize(("error", "status"), STATUSES.items())
def test_a_refusal_of_the_protocol_keeps_its_code_and_sentence(error, status):
    response = exception_handler(error("Just this."), {})
    assert response is not None
    assert response.status_code == status
    body = json.loads(response.content)
    assert body["code"] == error.code
    assert body["detail"] == "Just this."


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404("/secret"), 404, "not_found"),
        (drf.NotFound(), 404, "not_found"),
        (PermissionDenied(), 403, "forbidden"),
        (drf.NotAuthenticated(), 403, "forbidden"),
        (drf.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (drf.NotAcceptable(), 406, "not_acceptable"),
        (drf.UnsupportedMediaType("x/y"), 415, "unsupported_media_type"),
        (drf.Throttled(wait=2.5), 429, "throttled"),
        (drf.ParseError(), 400, "malformed"),
        (drf.ValidationError(), 400, "malformed"),
    ],
)
def test_the_frameworks_refusals_take_the_same_shape(error, status, code):
    response = exception_handler(error, {})
    assert response is not None
    assert response.status_code == status
    assert json.loads(response.content)["code"] == code
    assert response["Content-Type"] == "application/problem+json"


def test_a_bug_is_left_to_be_logged():
    assert exception_handler(KeyError("x"), {}) is None


def test_members_and_headers_of_a_problem_are_sent():
    class Gone(Problem):
        """It is gone.

        More for those who read the source.
        """

        status, code, title = 410, "gone", "Gone"

    try:
        response = Gone(head={"seq": 3}, headers={"X-Why": "test"}).response()
        assert response.status_code == 410
        assert response["X-Why"] == "test"
        assert json.loads(response.content) == {
            "type": "urn:kez:problem:gone",
            "title": "Gone",
            "status": 410,
            "detail": "It is gone.",
            "code": "gone",
            "head": {"seq": 3},
        }
    finally:
        # problem_kinds() finds kinds through their base class; this one must not outlive its test.
        del Gone


def test_every_kind_has_a_sentence_of_its_own():
    for kind in problem_kinds():
        assert kind.__doc__
        assert kind.__doc__.partition("\n")[0].endswith((".", "?", "`,")), kind


@pytest.mark.parametrize("path", ["/v1/", "/v1/nothing", "/v1/u/", "/.well-known/nothing", "/v1/register/"])
def test_an_address_that_nothing_answers_to_is_a_problem(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"
    assert response["Content-Type"] == "application/problem+json"


def test_pages_for_people_stay_pages(client):
    response = client.get("/nothing")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_a_foreign_host_header_is_a_problem(client):
    response = client.get("/v1/docs", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert response.json()["code"] == "malformed"


def test_a_bug_shows_as_a_problem_that_gives_nothing_away(client, monkeypatch):
    client.raise_request_exception = False
    # Fault injection at Django's edge: there is no bug of ours to rely on.
    monkeypatch.setattr("httpapi.views.VERSION", object())
    response = client.get("/v1/healthz")
    assert response.status_code == 500
    body = response.json()
    assert body["code"] == "internal_error"
    assert set(body) == {"type", "title", "status", "detail", "code"}
    assert response["Content-Type"] == "application/problem+json"
