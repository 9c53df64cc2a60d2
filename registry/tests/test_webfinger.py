"""GET /.well-known/webfinger (RFC 7033)."""

from urllib.parse import urlencode

import pytest

from httpapi.tests.shapes import assert_problem
from registry.documents import NATS_REL, PROFILE_REL, SIGCHAIN_REL
from registry.tests.cast import ALICE, BOB, registered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alice():
    return registered(ALICE, "alice")


@pytest.fixture
def finger(client):
    def get(*parameters: tuple[str, str], **headers: str):
        return client.get(f"/.well-known/webfinger?{urlencode(parameters)}", headers=headers)

    return get


def test_the_whole_descriptor(finger, settings):
    settings.KEZ_CHAT_PUBLIC_URL = "https://kez.lat"
    settings.KEZ_CHAT_SIG_SERVER_URL = "https://sig.kez.lat"
    settings.KEZ_NATS_PUBLIC_URL = "nats://kez.lat:4222"
    settings.KEZ_NATS_PUBLIC_WS_URL = "wss://kez.lat:8443"
    response = finger(("resource", "acct:alice@kez.lat"))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/jrd+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    hex_key = ALICE.primary.hex
    inbox = {"urn:kez:inbox": f"kez.inbox.{hex_key}"}
    assert response.json() == {
        "subject": "acct:alice@kez.lat",
        "aliases": ["https://kez.lat/u/alice", "https://kez.lat/v1/u/alice"],
        "properties": {"urn:kez:primary": f"ed25519:{hex_key}"},
        "links": [
            {
                "rel": "http://webfinger.net/rel/profile-page",
                "type": "text/html",
                "href": "https://kez.lat/u/alice",
            },
            {"rel": "self", "type": "application/json", "href": "https://kez.lat/v1/u/alice"},
            {
                "rel": "urn:kez:rel:sigchain",
                "type": "application/json",
                "href": f"https://sig.kez.lat/v1/sigchains/ed25519/{hex_key}",
            },
            {"rel": "urn:kez:rel:nats", "href": "nats://kez.lat:4222", "properties": inbox},
            {"rel": "urn:kez:rel:nats", "href": "wss://kez.lat:8443", "properties": inbox},
        ],
    }


@pytest.mark.parametrize(
    "resource", ["acct:alice@kez.lat", "ACCT:Alice@KEZ.lat", "acct:%61lice@kez.lat", "acct:alice%40kez.lat"]
)
def test_spellings_of_one_resource(finger, resource):
    assert finger(("resource", resource)).json()["subject"] == "acct:alice@kez.lat"


def test_every_alias_is_a_resource_too(finger):
    described = finger(("resource", "acct:alice@kez.lat")).json()
    for alias in described["aliases"]:
        assert finger(("resource", alias)).json() == described


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ([PROFILE_REL], [PROFILE_REL]),
        ([NATS_REL], [NATS_REL, NATS_REL]),
        ([SIGCHAIN_REL, "self"], ["self", SIGCHAIN_REL]),
        (["unknown"], []),
    ],
)
def test_rel_filters_the_links_and_nothing_else(finger, wanted, given):
    body = finger(("resource", "acct:alice@kez.lat"), *(("rel", rel) for rel in wanted)).json()
    assert [link["rel"] for link in body["links"]] == given
    assert body["properties"] == {"urn:kez:primary": str(ALICE.primary)}


@pytest.mark.parametrize(
    "parameters",
    [
        [],
        [("resource", "")],
        [("resource", "alice@kez.lat")],
        [("resource", "acct:")],
        [("resource", "acct:alice")],
        [("resource", "%%%")],
        [("resource", "acct:alice@kez.lat"), ("resource", "acct:bobby@kez.lat")],
        [("rel", "self")],
    ],
)
def test_without_one_proper_resource_it_is_a_400(finger, parameters):
    response = finger(*parameters)
    assert_problem(response, 400, "malformed")
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "resource",
    [
        "acct:nobody@kez.lat",
        "acct:a@kez.lat",
        "acct:@kez.lat",
        "acct:alice@kez.lat@kez.lat",
        "https://kez.lat.example/u/alice",
        "mailto:alice@kez.lat",
        "acct:ali\0ce@kez.lat",
    ],
)
def test_an_unknown_resource_is_a_404(finger, resource):
    response = finger(("resource", resource))
    assert_problem(response, 404, "not_found")
    assert response["Access-Control-Allow-Origin"] == "*"


def test_another_servers_resource(finger):
    assert_problem(finger(("resource", "acct:alice@evil.example")), 404, "other_server")


@pytest.mark.parametrize("status", ["suspended", "released"])
def test_what_is_not_active_is_not_described(finger, status):
    registered(BOB, "bobby", status=status)
    assert_problem(finger(("resource", "acct:bobby@kez.lat")), 404, "not_found")


def test_entity_tags_tell_filters_apart(finger):
    resource = ("resource", "acct:alice@kez.lat")
    whole, part = finger(resource), finger(resource, ("rel", "self"))
    assert whole["ETag"] != part["ETag"]
    assert finger(resource, **{"If-None-Match": whole["ETag"]}).status_code == 304
    assert finger(resource, ("rel", "self"), **{"If-None-Match": whole["ETag"]}).status_code == 200


def test_it_is_only_read(client):
    response = client.post("/.well-known/webfinger")
    assert_problem(response, 405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD"


def test_one_query(finger, django_assert_num_queries):
    with django_assert_num_queries(1):
        finger(("resource", "acct:alice@kez.lat"))
