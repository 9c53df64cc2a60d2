"""What every answer to a browser carries, pages of refusals too."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from httpapi.problem import CONTENT_TYPE
from pages import urls
from registry.tests.cast import ALICE, registered

pytestmark = pytest.mark.django_db

PAGES = sorted(
    "/" + str(pattern.pattern).replace("<str:handle>", "alice")
    for pattern in urls.urlpatterns
    if isinstance(pattern, URLPattern) and pattern.name not in ("icon", "kez-web", "profile-qr")
)
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def policy(response) -> dict[str, list[str]]:
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: sources for name, *sources in parts}


def assert_strict(response, *, nonce: bool) -> None:
    found = policy(response)
    scripts = found.pop("script-src")
    assert scripts[0] == "'self'"
    assert [re.sub(r"-.*'", "-…'", source) for source in scripts[1:]] == (["'nonce-…'"] if nonce else [])
    assert found.pop("connect-src")[0] == "'self'"
    assert found == {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "blob:"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],
    }
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_these_are_the_pages():
    assert {"/", "/join", "/chat/alice", "/u/alice", "/docs/cli", "/settings"} <= set(PAGES)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_carries_the_strict_policy(client, address):
    registered(ALICE, "alice")
    response = client.get(address, headers=HTML)
    assert response.status_code == 200
    assert_strict(response, nonce=True)
    assert response["Cache-Control"] == "private, no-cache"


def test_the_nonce_is_another_one_each_time_and_stands_in_the_page(client):
    nonces = []
    for _ in range(2):
        response = client.get("/")
        (nonce,) = re.findall(r"'nonce-(.*?)'", response["Content-Security-Policy"])
        assert f'nonce="{nonce}"' in response.content.decode()
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize("address", PAGES)
def test_pages_hold_no_inline_script_style_or_handler(client, address):
    registered(ALICE, "alice")
    html = client.get(address).content.decode()
    for tag in re.findall(r"<script\b[^>]*>", html):
        assert "src=" in tag or 'type="importmap"' in tag, tag
    assert not re.search(r"<style\b|\sstyle=|\son\w+=|javascript:", html)


@pytest.mark.parametrize("address", ["/nothing-here", "/u/nobody", "/chat/a/b"])
def test_people_get_a_page_that_says_there_is_nothing(client, address):
    response = client.get(address, headers=HTML)
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")
    assert "There is nothing here" in response.content.decode()
    assert "<script" not in response.content.decode()
    assert_strict(response, nonce=False)


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json", "image/png"])
def test_programs_get_a_problem(client, accept):
    response = client.get("/nothing-here", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (404, CONTENT_TYPE)
    assert_strict(response, nonce=False)


def test_the_api_gives_problems_to_everybody(client):
    response = client.get("/v1/nothing-here", headers=HTML)
    assert (response.status_code, response["Content-Type"]) == (404, CONTENT_TYPE)
    assert_strict(response, nonce=False)


@pytest.mark.parametrize(
    ("accept", "kind"), [(HTML["Accept"], "text/html"), ("application/json", CONTENT_TYPE)]
)
def test_a_fault_of_the_server_says_nothing_about_itself(rf, accept, kind):
    request = rf.get("/", headers={"Accept": accept})
    response = get_resolver().resolve_error_handler(500)(request)
    assert response.status_code == 500
    assert response["Content-Type"].startswith(kind)
    assert b"<script" not in response.content


def test_a_fault_passes_through_the_same_middleware(settings):
    settings.ROOT_URLCONF = "tests.faulty_urls"
    response = Client(raise_request_exception=False).get("/fault", headers=HTML)
    assert response.status_code == 500
    assert "Something went wrong here" in response.content.decode()
    assert "nobody foresaw" not in response.content.decode()
    assert_strict(response, nonce=False)


def test_the_admin_asks_nothing_of_others_and_the_api_docs_neither(client):
    for address in ("/admin/login/", "/v1/docs"):
        found = policy(client.get(address))
        assert found["default-src"] == ["'none'"]
        assert found["script-src"] == ["'self'"]
        assert found["style-src"] == ["'self'"]
        assert found["connect-src"] == ["'self'"]
        assert found["frame-ancestors"] == ["'none'"]
