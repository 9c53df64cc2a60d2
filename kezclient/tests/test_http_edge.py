"""HTTP with servers that do not behave."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from kezclient.errors import BadAnswer, ClientError, ServerRefused, ServerUnreachable, UsageFault
from kezclient.http_edge import HttpEdge, base_of, check_base_url
from kezclient.tests.loopback import Answer, Loopback, json_answer, problem


@pytest.fixture
def edge() -> Iterator[HttpEdge]:
    opened = HttpEdge()
    yield opened
    opened.close()


def get(edge: HttpEdge, loopback: Loopback, answer: Answer, **options: Any):
    loopback.answer = lambda *_: answer
    return edge.get(f"{loopback.url}/x", **options)


def test_an_answer_is_strict_json_with_the_servers_time(edge: HttpEdge, loopback: Loopback):
    answer = get(edge, loopback, json_answer({"a": 1}))
    assert (answer.status, answer.document) == (200, {"a": 1})
    assert answer.server_time is not None
    assert answer.server_time.tzinfo is not None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, {}, b"<html>"), BadAnswer),
        ((200, {}, b"[1]"), BadAnswer),
        ((200, {}, b'{"a":1,"a":2}'), BadAnswer),
        ((200, {}, b'{"a":1.5}'), BadAnswer),
        ((200, {}, b""), BadAnswer),
        ((200, {"Content-Encoding": "gzip"}, b"not gzip"), ServerUnreachable),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), BadAnswer),
        ((404, {}, b"<html>not found</html>"), BadAnswer),
        ((502, {}, b"<html>bad gateway</html>"), ServerUnreachable),
        (json_answer({"code": 7}, 400), BadAnswer),
    ],
)
def test_other_answers_are_typed_errors(
    edge: HttpEdge, loopback: Loopback, answer: Answer, error: type[ClientError]
):
    with pytest.raises(error):
        get(edge, loopback, answer)


def test_redirects_are_not_followed(edge: HttpEdge, loopback: Loopback):
    with pytest.raises(BadAnswer):
        get(edge, loopback, (302, {"Location": f"{loopback.url}/elsewhere"}, b""))
    assert loopback.requests == ["GET /x"]


def test_large_answers_are_cut_off(edge: HttpEdge, loopback: Loopback):
    with pytest.raises(BadAnswer, match="larger"):
        get(edge, loopback, json_answer({"a": "x" * 1000}), max_bytes=1000)


def test_a_problem_becomes_a_refusal_with_the_servers_code(edge: HttpEdge, loopback: Loopback):
    with pytest.raises(ServerRefused) as caught:
        get(edge, loopback, problem(429, "throttled", "Too many.", **{"Retry-After": "17"}))
    assert caught.value.code == "throttled"
    assert str(caught.value) == "Too many. Try again in 17 s."
    assert caught.value.document()["retry_after"] == 17


def test_nobody_there(edge: HttpEdge):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
    with pytest.raises(ServerUnreachable, match=f"http://127.0.0.1:{port}"):
        edge.get(f"http://127.0.0.1:{port}/x")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://kez.lat", "https://kez.lat"),
        ("http://localhost:6969/", "http://localhost:6969"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_addresses(text: str, shown: str):
    assert check_base_url(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kez.lat",
        "ftp://kez.lat",
        "https://",
        "https://a:b@kez.lat",
        "https://kez.lat/path",
        "https://kez.lat?q",
        "http://kez.lat:99999",
        "http://kez.lat:0",
        "http://[::1",
    ],
)
def test_addresses_that_are_refused(text: str):
    with pytest.raises(UsageFault):
        check_base_url(text)


def test_errors_never_show_a_password():
    assert base_of("https://user:secret@kez.lat:444/path?x") == "https://kez.lat:444"
