"""What every endpoint does with bodies, headers and methods, before a room sees anything."""

import json
from typing import Any

import pytest
from django.db import OperationalError
from redis.exceptions import ConnectionError as ValkeyGone
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from httpapi.endpoint import Endpoint
from httpapi.tests.shapes import assert_problem

LIMIT = 65536


class Echo(Endpoint):
    def post(self, request):
        return Response({"seen": self.json_object(request)})


class Failing(Endpoint):
    error: Exception = RuntimeError()

    def get(self, request):
        raise self.error


def post(body: Any, content_type: str | None = "application/json", **headers):
    data: Any = body.encode() if isinstance(body, str) else body
    request = APIRequestFactory().generic("POST", "/", data, content_type or "", **headers)
    if content_type is None:
        request.META.pop("CONTENT_TYPE", None)
    return finished(Echo.as_view()(request))


def finished(response):
    if hasattr(response, "render"):
        response.render()
    response.json = lambda: json.loads(response.content)
    return response


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
)
def test_a_json_object_is_read(content_type):
    assert post('{"a": 1}', content_type).json() == {"seen": {"a": 1}}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '"text"',
        "1",
        "null",
        "true",
        '{"a": 1, "a": 1}',
        '{"a": 1.0}',
        '{"a": 1e3}',
        '{"a": NaN}',
        '{"a": 9007199254740992}',
        '{"a": "\\ud800"}',
        '{"a": 1}{"a": 1}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": "\xff"}',
        '{"a": 1}'.encode("utf-16"),
        "[" * 10_000,
        '{"a":' * 40 + "1" + "}" * 40,
    ],
)
def test_what_is_not_one_strict_json_object_is_malformed(body):
    assert_problem(post(body), 400, "malformed")


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"],
)
@pytest.mark.parametrize("body", ["{", "x" * (LIMIT + 1)])
def test_the_media_type_is_judged_before_size_and_form(content_type, body):
    assert_problem(post(body, content_type), 415, "unsupported_media_type")


def test_a_form_without_a_body_is_the_wrong_media_type_too():
    assert_problem(post("", "application/x-www-form-urlencoded"), 415, "unsupported_media_type")


def test_the_size_is_judged_before_the_form():
    assert_problem(post("x" * (LIMIT + 1)), 413, "too_large")
    assert_problem(post("x" * LIMIT), 400, "malformed")


def test_a_length_that_lies_low_does_not_let_more_in():
    assert_problem(post('{"a": 1}', CONTENT_LENGTH="2"), 400, "malformed")


@pytest.mark.parametrize(
    ("length", "status", "code"),
    [
        ("0", 400, "malformed"),
        ("-1", 400, "malformed"),
        ("many", 400, "malformed"),
        ("9" * 5000, 413, "too_large"),
        (str(LIMIT + 1), 413, "too_large"),
    ],
)
def test_a_strange_length_is_a_refusal(length, status, code):
    assert_problem(post('{"a": 1}', CONTENT_LENGTH=length), status, code)


def test_a_body_of_unknown_length_is_refused_not_dropped():
    request = APIRequestFactory().post("/", {"a": 1}, format="json")
    del request.META["CONTENT_LENGTH"]
    request.META["HTTP_TRANSFER_ENCODING"] = "chunked"
    assert_problem(finished(Echo.as_view()(request)), 411, "length_required")


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/xml", "nonsense"])
def test_the_answer_is_json_whatever_accept_says(accept):
    response = post('{"a": 1}', HTTP_ACCEPT=accept)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options", "trace"])
def test_other_methods_are_405_and_told_the_right_one(method):
    response = finished(Echo.as_view()(APIRequestFactory().generic(method.upper(), "/")))
    assert_problem(response, 405, "method_not_allowed")
    assert response["Allow"] == "POST"


@pytest.mark.parametrize("error", [OperationalError("secret host"), ValkeyGone("secret host")])
def test_a_dependency_out_of_reach_is_a_503_that_gives_nothing_away(error):
    response = finished(Failing.as_view(error=error)(APIRequestFactory().get("/")))
    assert_problem(response, 503, "unavailable")
    assert response["Retry-After"] == "5"
    assert b"secret" not in response.content


def test_a_bug_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        Failing.as_view(error=ZeroDivisionError())(APIRequestFactory().get("/"))
