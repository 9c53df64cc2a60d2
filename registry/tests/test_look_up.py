"""GET /v1/u/<handle>."""

import pytest

from httpapi.tests.shapes import assert_problem
from registry.tests.cast import ALICE, BOB, registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return registered(ALICE, "alice")


@pytest.fixture
def look_up(client):
    def get(handle: str, **headers: str):
        return client.get(f"/v1/u/{handle}", headers=headers)

    return get


def test_what_a_look_up_shows(look_up, alice, settings):
    settings.KEZ_CHAT_SIG_SERVER_URL = "https://sig.kez.lat"
    settings.KEZ_NATS_PUBLIC_URL = "nats://kez.lat:4222"
    settings.KEZ_NATS_PUBLIC_WS_URL = "wss://kez.lat:8443"
    response = look_up("alice")
    assert response.status_code == 200
    hex_key = ALICE.primary.hex
    assert response.json() == {
        "handle": "alice",
        "fqhn": "alice@kez.lat",
        "primary": f"ed25519:{hex_key}",
        "sigchain_url": f"https://sig.kez.lat/v1/sigchains/ed25519/{hex_key}",
        "registered_at": "2026-05-25T03:00:00Z",
        "endpoints": [
            {"protocol": "nats", "url": "nats://kez.lat:4222", "inbox": f"kez.inbox.{hex_key}"},
            {"protocol": "nats", "url": "wss://kez.lat:8443", "inbox": f"kez.inbox.{hex_key}"},
        ],
    }


@pytest.mark.parametrize(
    "spelling",
    ["alice", "Alice", "ALICE", "@alice", "alice@kez.lat", "Alice@KEZ.lat", "alice%40kez.lat", "%61lice"],
)
def test_spellings_of_one_handle(look_up, alice, spelling):
    assert look_up(spelling).json()["fqhn"] == "alice@kez.lat"


@pytest.mark.parametrize(
    "handle",
    ["bobby", "al", "a" * 33, "-alice", "alice@", "alicé", "ali%00ce", "alice%0a", "%20alice", "a" * 4000],
)
def test_what_is_not_registered_is_not_found(look_up, alice, handle):
    assert_problem(look_up(handle), 404, "not_found")


@pytest.mark.parametrize("handle", ["alice@evil.example", "bobby@evil.example", "alice%40EVIL.example"])
def test_another_servers_handle_is_its_business(look_up, alice, handle):
    body = assert_problem(look_up(handle), 404, "other_server")
    assert "kez.lat" in body["detail"]
    assert "evil.example" in body["detail"]


@pytest.mark.parametrize("status", ["suspended", "released"])
def test_what_is_not_active_looks_as_if_it_had_never_been(look_up, status):
    registered(BOB, "bobby", status=status)
    gone, never = look_up("bobby"), look_up("nobody-ever")
    assert_problem(gone, 404, "not_found")
    assert gone.content == never.content
    assert sorted(gone.headers.items()) == sorted(never.headers.items())


def test_an_answer_that_has_not_changed_is_not_sent_again(look_up, alice, settings):
    first = look_up("alice")
    etag = first["ETag"]
    assert first["Cache-Control"] == "public, no-cache"
    for header in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        unchanged = look_up("Alice", **{"If-None-Match": header})
        assert unchanged.status_code == 304
        assert unchanged.content == b""
        assert unchanged["ETag"] == etag
        assert unchanged["Cache-Control"] == first["Cache-Control"]
    assert look_up("alice", **{"If-None-Match": '"other"'}).status_code == 200
    settings.KEZ_NATS_PUBLIC_URL = "nats://moved.example:4222"
    assert look_up("alice", **{"If-None-Match": etag}).status_code == 200


def test_an_entity_tag_does_not_outlive_a_suspension(look_up, alice):
    etag = look_up("alice")["ETag"]
    type(alice).objects.update(status="suspended")
    assert_problem(look_up("alice", **{"If-None-Match": etag}), 404, "not_found")


def test_head(client, alice):
    response = client.head("/v1/u/alice")
    assert (response.status_code, response.content) == (200, b"")


def test_the_rate(look_up, alice, settings, client):
    settings.KEZ_THROTTLE_LOOKUP = "2/hour"
    here = {"REMOTE_ADDR": "198.51.100.31"}
    assert client.get("/v1/u/alice", **here).status_code == 200
    assert client.get("/.well-known/webfinger", **here).status_code == 400
    assert_problem(client.get("/v1/u/alice", **here), 429, "throttled")


def test_one_query(look_up, alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        look_up("alice")
    with django_assert_num_queries(0):
        look_up("alice@evil.example")
