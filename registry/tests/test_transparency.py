"""GET /v1/transparency: linked, signed, and it only grows."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from httpapi.readiness import NotReady
from httpapi.tests.shapes import assert_problem
from kezproto.chain_state import Head
from kezproto.errors import TransparencyBroken
from kezproto.keys import Primary
from kezproto.transparency import follow_entries, verify_transparency_head
from registry import links, services, transparency, triggers
from registry.models import Reservation, TransparencyEntry
from registry.tests.cast import ALICE, BOB, registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def deeds():
    """What the public hears of: four deeds to handles, and names that were reserved."""
    alice, bob = registered(ALICE, "alice"), registered(BOB, "bobby")
    services.suspend_handle(alice, actor="operator:olga", reason="Spam.")
    services.note_handle(alice, actor="operator:olga", reason="Nobody's business.")
    services.reinstate_handle(alice, actor="operator:olga", reason="A mistake.")
    services.import_reservations("name\ncandidate-one\ncandidate-two\n", actor="operator:olga")
    services.unreserve_name(Reservation.objects.get(name="candidate-two"), actor="operator:olga")
    services.release_handle(bob, actor="operator:olga", reason="Asked for it.")


def read(client, path: str = "/v1/transparency") -> dict:
    response = client.get(path)
    assert response.status_code == 200, response.content
    assert response["Access-Control-Allow-Origin"] == "*"
    return dict(response.json())


def test_it_tells_what_was_done_to_which_handle_and_nothing_more(client, deeds):
    page = read(client)
    assert [(each["action"], each["handle"], each["count"]) for each in page["entries"]] == [
        ("suspended", "alice", 1),
        ("reinstated", "alice", 1),
        ("reserved", None, 2),
        ("unreserved", None, 1),
        ("released", "bobby", 1),
    ]
    text = str(page)
    assert not any(word in text for word in ("olga", "Spam", "mistake", "candidate", "business"))


def test_entries_lead_to_the_signed_head(client, deeds):
    page = read(client)
    key = Primary.parse(read(client, "/.well-known/kez-transparency.json")["key"])
    head = verify_transparency_head(page["head"], server="kez.lat", key=key)
    assert follow_entries(None, page["entries"]) == head.head
    assert page["more"] is False


def test_an_empty_log(client):
    page = read(client)
    assert page["entries"] == []
    assert verify_transparency_head(page["head"], server="kez.lat").head is None


def test_since_goes_on_where_one_stopped(client, deeds):
    whole = read(client)
    rest = read(client, "/v1/transparency?since=2")
    assert rest["entries"] == whole["entries"][2:]
    seen = follow_entries(None, whole["entries"][:2])
    assert (
        follow_entries(seen, rest["entries"]) == verify_transparency_head(rest["head"], server="kez.lat").head
    )
    assert read(client, "/v1/transparency?since=99")["entries"] == []


def test_a_long_log_comes_in_pages(client, deeds, monkeypatch):
    monkeypatch.setattr(transparency, "PAGE", 2)
    end: Head | None = None
    pages = 0
    while True:
        page = read(client, f"/v1/transparency?since={end.seq if end else 0}")
        end = follow_entries(end, page["entries"])
        pages += 1
        if not page["more"]:
            break
    assert (pages, end) == (3, verify_transparency_head(page["head"], server="kez.lat").head)


@pytest.mark.parametrize("since", ["-1", "x", "", "1.5", "1" * 16])
def test_what_is_no_number(client, since):
    assert_problem(client.get(f"/v1/transparency?since={since}"), 400, "malformed")


def test_whoever_rewrites_it_is_found_out_by_who_has_seen_it(client, deeds):
    seen = follow_entries(None, read(client)["entries"])
    assert seen is not None
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_transparencyentry WHERE seq > 3")
    shorter = verify_transparency_head(read(client)["head"], server="kez.lat").head
    assert shorter is not None
    assert shorter.seq < seen.seq
    # Other entries in their place: nothing links to what was seen.
    for _ in range(3):
        services.reserve_name(Reservation(name=f"other-{Reservation.objects.count()}"), actor="x")
    with pytest.raises(TransparencyBroken):
        follow_entries(seen, read(client, f"/v1/transparency?since={seen.seq}")["entries"])


def test_the_entries_are_linked_in_the_database_too(deeds):
    assert isinstance(links.verify_log(TransparencyEntry), links.Link)


def test_where_the_key_is(client, settings):
    body = read(client, "/.well-known/kez-transparency.json")
    assert body == {
        "server": "kez.lat",
        "key": str(transparency.server_key().primary),
        "log": f"{settings.KEZ_CHAT_PUBLIC_URL}/v1/transparency",
    }


@pytest.mark.parametrize("seed", ["", "SUAK", "{user}"])
def test_without_its_key_the_server_does_not_start_and_signs_nothing(client, settings, seed):
    settings.KEZ_TRANSPARENCY_SEED = seed.format(user=settings.KEZ_NATS_BRIDGE_SEED)
    with pytest.raises(ImproperlyConfigured, match="KEZ_TRANSPARENCY_SEED"):
        transparency.server_key()
    with pytest.raises(NotReady, match="KEZ_TRANSPARENCY_SEED"):
        transparency.check_key()
    assert_problem(client.get("/v1/transparency"), 503, "unavailable")
    assert_problem(client.get("/.well-known/kez-transparency.json"), 503, "unavailable")
