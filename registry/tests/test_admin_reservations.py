"""The operators' console: reservations."""

import pytest

from registry.lookup import is_reserved
from registry.models import AuditEntry, Reservation
from registry.tests.cast import ALICE, registered

pytestmark = pytest.mark.django_db

CHANGELIST = "/admin/registry/reservation/"


def test_adding_changing_and_deleting_leave_entries(admin_client):
    admin_client.post(f"{CHANGELIST}add/", {"name": "town-hall", "reason": "For the town."})
    reservation = Reservation.objects.get()
    assert is_reserved("townhall")
    admin_client.post(f"{CHANGELIST}{reservation.pk}/change/", {"name": "other", "reason": "Voted."})
    assert is_reserved("townhall")
    assert not is_reserved("other")
    admin_client.post(f"{CHANGELIST}{reservation.pk}/delete/", {"post": "yes"})
    assert not is_reserved("townhall")
    entries = AuditEntry.objects.order_by("pk").values_list("actor", "action", "name", "reason")
    assert list(entries) == [
        ("operator:admin", "reserved", "town-hall", "For the town."),
        ("operator:admin", "reserved", "town-hall", "Voted."),
        ("operator:admin", "unreserved", "town-hall", "Voted."),
    ]


def test_deleting_several_leaves_an_entry_for_each(admin_client):
    rows = [Reservation.objects.create(name=name) for name in ("one-name", "two-name")]
    admin_client.post(
        CHANGELIST,
        {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"},
    )
    assert not Reservation.objects.exists()
    assert AuditEntry.objects.filter(action="unreserved").count() == 2


@pytest.mark.parametrize("name", ["Admin", "ab", "with space", "a" * 33, "-dash"])
def test_what_cannot_be_a_handle_need_not_be_reserved(admin_client, name):
    response = admin_client.post(f"{CHANGELIST}add/", {"name": name})
    assert "errorlist" in response.content.decode()
    assert not Reservation.objects.exists()


def test_reserving_a_registered_name_says_that_it_stays(admin_client, client):
    registered(ALICE, "alice")
    response = admin_client.post(f"{CHANGELIST}add/", {"name": "alice"}, follow=True)
    assert "registered already" in response.content.decode()
    assert client.get("/v1/u/alice").status_code == 200


def test_the_list_says_that_shipped_names_are_not_in_it(admin_client):
    assert "ship reserved" in admin_client.get(CHANGELIST).content.decode()


def test_operators_need_the_permission(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("olga", password="x", is_staff=True))
    assert client.post(f"{CHANGELIST}add/", {"name": "town-hall"}).status_code == 403
    assert not Reservation.objects.exists()
