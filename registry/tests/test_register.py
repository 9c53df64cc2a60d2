"""POST /v1/register."""

from datetime import timedelta

import pytest
from django.utils import timezone

from httpapi.tests.shapes import assert_problem
from kezproto.timestamps import parse_timestamp
from registry.models import AuditEntry, Handle, Reservation
from registry.tests.cast import ALICE, BOB, MALLORY, registered, registration

pytestmark = pytest.mark.django_db


def test_a_key_claims_a_handle(register, client, settings):
    document = registration(ALICE, "alice")
    response = register(document)
    assert response.status_code == 201
    assert response["Location"] == f"{settings.KEZ_CHAT_PUBLIC_URL}/v1/u/alice"
    assert response["Cache-Control"] == "no-store"
    body = response.json()
    assert body == client.get("/v1/u/alice").json()
    assert abs(parse_timestamp(body["registered_at"]) - timezone.now()) < timedelta(seconds=30)
    assert body["primary"] == str(ALICE.primary)
    row = Handle.objects.get()
    assert (row.local, row.primary_hex, row.status) == ("alice", ALICE.primary.hex, "active")
    assert row.registration == document
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.name, entry.handle) == (
        str(ALICE.primary),
        "registered",
        "alice",
        row,
    )


def test_the_same_claim_again_is_answered_as_before(register):
    first = register(registration(ALICE, "alice"))
    again = register(registration(ALICE, "alice"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Handle.objects.count() == AuditEntry.objects.count() == 1


def test_a_taken_handle(register):
    registered(ALICE, "alice")
    assert_problem(register(registration(MALLORY, "alice")), 409, "handle_taken")


def test_a_key_has_one_handle(register):
    registered(ALICE, "alice")
    assert_problem(register(registration(ALICE, "alice2")), 409, "key_in_use")


def test_taken_comes_before_in_use(register):
    registered(ALICE, "alice")
    registered(BOB, "bobby")
    assert_problem(register(registration(BOB, "alice")), 409, "handle_taken")


@pytest.mark.parametrize("status", ["suspended", "released"])
def test_a_handle_is_never_given_out_again(register, status):
    registered(ALICE, "alice", status=status)
    assert_problem(register(registration(MALLORY, "alice")), 409, "handle_taken")
    assert_problem(register(registration(ALICE, "alice")), 409, "handle_taken")
    assert_problem(register(registration(ALICE, "alice2")), 409, "key_in_use")


@pytest.mark.parametrize(
    "local", ["admin", "root", "support", "kez-chat", "sup_port", "admin--", "webmaster"]
)
def test_shipped_reservations(register, local):
    assert_problem(register(registration(ALICE, local)), 403, "handle_reserved")


def test_reservations_of_operators_cover_their_look_alikes(register):
    Reservation.objects.create(name="town-hall")
    assert_problem(register(registration(ALICE, "town-hall")), 403, "handle_reserved")
    assert_problem(register(registration(ALICE, "townhall")), 403, "handle_reserved")
    assert register(registration(ALICE, "townhalls")).status_code == 201


def test_a_closed_server(register, settings):
    registered(ALICE, "alice")
    settings.KEZ_REGISTRATION = "closed"
    assert_problem(register(registration(BOB, "bobby")), 403, "registration_closed")
    assert register(registration(ALICE, "alice")).status_code == 200
    assert Handle.objects.count() == 1


def test_the_rate_is_counted_by_address(register, settings):
    settings.KEZ_THROTTLE_REGISTER = "2/hour"
    here = {"REMOTE_ADDR": "2001:db8:77:1::1"}
    assert register({}, **here).status_code == 400
    assert register(registration(ALICE, "alice"), **here).status_code == 201
    refused = register(registration(BOB, "bobby"), REMOTE_ADDR="2001:db8:77:1:ffff::2")
    assert_problem(refused, 429, "throttled")
    assert int(refused["Retry-After"]) > 60
    assert register(registration(BOB, "bobby"), REMOTE_ADDR="2001:db8:77:2::1").status_code == 201


def test_the_rate_counts_clients_behind_a_proxy_apart(register, settings):
    settings.KEZ_THROTTLE_REGISTER = "1/hour"
    settings.KEZ_TRUSTED_PROXIES = 1

    def from_address(address: str):
        return register({}, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=address)

    assert from_address("198.51.100.21").status_code == 400
    assert from_address("198.51.100.21").status_code == 429
    assert from_address("198.51.100.22").status_code == 400
    assert from_address("203.0.113.5, 198.51.100.21").status_code == 429


def test_queries(register, django_assert_num_queries):
    # What stands against it, savepoint, handle, end of the trail, entry, release.
    with django_assert_num_queries(6):
        assert register(registration(ALICE, "alice")).status_code == 201
    # … and who holds it.
    with django_assert_num_queries(2):
        assert register(registration(ALICE, "alice")).status_code == 200


def test_the_claim_is_read_in_any_spelling_of_json(register, client):
    document = registration(ALICE, "alice")
    turned = dict(reversed([(key, value) for key, value in document.items()]))
    assert register(turned).status_code == 201
