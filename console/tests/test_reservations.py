"""The page of reservations."""

import pytest

from registry.lookup import is_reserved
from registry.models import AuditEntry, Reservation
from registry.tests.cast import ALICE, registered

pytestmark = pytest.mark.django_db

CHANGELIST = "/admin/registry/reservation/"


def test_adding_changing_and_removing_leave_entries(olga):
    olga.post(f"{CHANGELIST}add/", {"name": "town-hall", "reason": "For the town."})
    reservation = Reservation.objects.get()
    assert is_reserved("townhall")
    olga.post(f"{CHANGELIST}{reservation.pk}/change/", {"name": "other", "reason": "Voted."})
    assert is_reserved("townhall")
    assert not is_reserved("other")
    olga.post(f"{CHANGELIST}{reservation.pk}/do/unreserve/", {"reason": ""})
    assert not is_reserved("townhall")
    entries = AuditEntry.objects.order_by("pk").values_list("actor", "action", "name", "reason")
    assert list(entries) == [
        ("operator:olga", "reserved", "town-hall", "For the town."),
        ("operator:olga", "reserved", "town-hall", "Voted."),
        ("operator:olga", "unreserved", "town-hall", "Voted."),
    ]


def test_removing_several_leaves_an_entry_for_each(olga):
    rows = [Reservation.objects.create(name=name) for name in ("one-name", "two-name")]
    olga.post(
        CHANGELIST,
        {"action": "unreserve", "_selected_action": [row.pk for row in rows], "confirmed": "1"},
    )
    assert not Reservation.objects.exists()
    assert AuditEntry.objects.filter(action="unreserved").count() == 2


@pytest.mark.parametrize("name", ["Admin", "ab", "with space", "a" * 33, "-dash"])
def test_what_cannot_be_a_handle_need_not_be_reserved(olga, name):
    response = olga.post(f"{CHANGELIST}add/", {"name": name})
    assert "errorlist" in response.content.decode()
    assert not Reservation.objects.exists()


def test_reserving_a_registered_name_says_that_it_stays(olga, client):
    registered(ALICE, "alice")
    response = olga.post(f"{CHANGELIST}add/", {"name": "alice"}, follow=True)
    assert "registered already" in response.content.decode()
    assert client.get("/v1/u/alice").status_code == 200


def test_the_list_says_that_shipped_names_are_not_in_it(olga):
    assert "ship reserved" in olga.get(CHANGELIST).content.decode()


def test_a_moderator_looks_only(mo):
    assert mo.get(CHANGELIST).status_code == 200
    assert mo.post(f"{CHANGELIST}add/", {"name": "town-hall"}).status_code == 403
    assert not Reservation.objects.exists()
