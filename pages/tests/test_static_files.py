"""Static files as the real server answers them, past Django."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from devstack.environment import ROOT
from devstack.stack import Stack

ETAG = "ETag"


@pytest.fixture
def ask(stack: Stack):
    address = urlsplit(stack.base_url)

    def ask(path: str, method: str = "GET", **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        response = connection.getresponse()
        answer = response.status, response.headers, response.read()
        connection.close()
        return answer

    return ask


@pytest.fixture
def module(ask) -> str:
    """The path of some module."""
    listed = json.loads(ask("/.well-known/kez-web.json")[2])
    return f"/static/{listed['digest']}/js/app.js"


def test_a_module_is_what_lies_on_the_disk_and_may_be_kept_for_good(ask, module: str) -> None:
    status, headers, body = ask(module)
    assert (status, headers.get_content_type()) == (200, "text/javascript")
    assert body == (ROOT / "static/js/app.js").read_bytes()
    assert "immutable" in headers["Cache-Control"]
    assert headers["Date"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_conditional_head_and_range(ask, module: str) -> None:
    _, headers, body = ask(module)
    assert ask(module, If_None_Match=headers[ETAG])[::2] == (304, b"")
    status, head, nothing = ask(module, "HEAD")
    assert (status, nothing, head["Content-Length"]) == (200, b"", str(len(body)))
    assert ask(module, Range="bytes=0-9")[::2] == (206, body[:10])


def test_what_is_no_file_goes_on_to_django(ask, module: str) -> None:
    assert ask(module, "POST")[0] == 405
    for odd in (
        f"{module}.map",
        "/static/../kezsite/settings.py",
        "/static/%2e%2e/manage.py",
        f"{module}/../app.js",
    ):
        assert ask(odd)[0] == 404
