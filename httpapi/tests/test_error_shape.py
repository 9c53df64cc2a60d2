"""One shape of refusals, tried on every address that programs use, whichever room it is in."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from httpapi.tests.shapes import assert_problem

pytestmark = pytest.mark.django_db

PREFIXES = ("v1/", ".well-known/", "internal/", "metrics")
# Something for every kind of path parameter that the rooms use.
KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"  # RFC 8032 7.1, test 1
PATH = {
    "str:handle": "nobody",
    "str:pk": KEY,
    "str:primary": KEY,
    "primary:primary": KEY,
    "file_id:file_id": KEY[:32],
}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route


def addresses() -> list[str]:
    routes = [route for route in patterns(get_resolver()) if route.startswith(PREFIXES)]
    filled = []
    for route in routes:
        for name, value in PATH.items():
            route = route.replace(f"<{name}>", value)
        assert "<" not in route, f"PATH above does not know a parameter of {route}"
        filled.append(f"/{route}")
    return sorted(filled)


ADDRESSES = addresses()


def test_the_addresses_are_all_here():
    assert len(ADDRESSES) >= 12
    assert {"/v1/register", "/v1/u/nobody", "/.well-known/webfinger"} <= set(ADDRESSES)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_method_that_an_address_does_not_take(client, address):
    response = client.delete(address)
    assert_problem(response, 405, "method_not_allowed")
    assert response["Allow"]
    assert "DELETE" not in response["Allow"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_something_behind_it(client, address):
    response = client.get(f"{address}/x/y/z")
    if address != "/metrics":
        assert_problem(response, 404, "not_found")
    assert response.status_code == 404


TAKES_BODIES = [address for address in ADDRESSES if address.startswith("/v1/")]


@pytest.mark.parametrize("address", TAKES_BODIES)
def test_a_body_that_is_none(client, address):
    response = client.post(address, b"\xff", content_type="application/json")
    if response.status_code != 405:
        assert_problem(response, 400, "malformed")
    else:
        assert_problem(response, 405, "method_not_allowed")


@pytest.mark.parametrize("address", TAKES_BODIES)
def test_a_body_of_another_media_type(client, address):
    response = client.post(address, b"{}", content_type="text/xml")
    if response.status_code != 405:
        assert_problem(response, 415, "unsupported_media_type")
