"""The page of handles."""

import pytest
from django.urls import reverse

from kezproto.nkeys import user_nkey
from registry.models import AuditEntry, Handle
from registry.tests.cast import ALICE, BOB, registered

pytestmark = pytest.mark.django_db

CHANGELIST = "/admin/registry/handle/"


@pytest.fixture(autouse=True)
def alice():
    return registered(ALICE, "alice")


@pytest.fixture
def bob():
    return registered(BOB, "bobby")


def act(client, action: str, *handles: Handle, **fields: str):
    return client.post(
        CHANGELIST, {"action": action, "_selected_action": [handle.pk for handle in handles], **fields}
    )


def test_an_action_asks_for_a_reason_first(olga, alice):
    response = act(olga, "suspend", alice)
    assert response.status_code == 200
    page = response.content.decode()
    assert "alice" in page
    assert ALICE.primary.hex in page
    assert 'name="reason"' in page
    assert "errorlist" not in page
    assert Handle.objects.get().status == "active"


def test_suspending_with_a_reason(olga, alice, bob):
    response = act(olga, "suspend", alice, bob, confirmed="1", reason="Spam from both.")
    assert response.status_code == 302
    assert set(Handle.objects.values_list("status", flat=True)) == {"suspended"}
    entries = AuditEntry.objects.filter(action="suspended")
    assert {(entry.actor, entry.name, entry.reason) for entry in entries} == {
        ("operator:olga", "alice", "Spam from both."),
        ("operator:olga", "bobby", "Spam from both."),
    }
    assert "2 handles suspended." in olga.get(CHANGELIST).content.decode()


@pytest.mark.parametrize("reason", ["", "   "])
def test_nothing_happens_without_a_reason(olga, alice, reason):
    response = act(olga, "suspend", alice, confirmed="1", reason=reason)
    assert response.status_code == 200
    assert "A reason is needed" in response.content.decode()
    assert Handle.objects.get().status == "active"
    assert not AuditEntry.objects.filter(action="suspended").exists()


def test_reinstating(olga, alice, bob):
    Handle.objects.filter(pk=alice.pk).update(status="suspended")
    act(olga, "reinstate", alice, bob, confirmed="1", reason="Cleared.")
    assert set(Handle.objects.values_list("status", flat=True)) == {"active"}
    assert AuditEntry.objects.filter(action="reinstated").count() == 1
    page = olga.get(CHANGELIST).content.decode()
    assert "1 handle reinstated." in page
    assert "The handle bobby is not suspended." in page


def test_who_may_only_look_cannot_suspend(audrey, alice):
    page = audrey.get(CHANGELIST).content.decode()
    assert "alice" in page
    assert "Suspend…" not in page
    act(audrey, "suspend", alice, confirmed="1", reason="I want to.")
    assert Handle.objects.get().status == "active"


def test_the_page_of_a_handle_shows_its_history_and_changes_nothing(olga, alice):
    address = reverse("admin:registry_handle_change", args=[alice.pk])
    page = olga.get(address).content.decode()
    assert ALICE.primary.hex in page
    assert "handle_registration" in page
    assert str(ALICE.primary) in page
    assert 'name="_save"' not in page
    assert olga.post(address, {"local": "stolen", "status": "released"}).status_code == 403
    alice.refresh_from_db()
    assert (alice.local, alice.status) == ("alice", "active")


def test_even_the_owner_of_the_place_neither_adds_nor_deletes(olga, alice):
    assert olga.get("/admin/registry/handle/add/").status_code == 403
    assert olga.get(f"/admin/registry/handle/{alice.pk}/delete/").status_code == 403
    assert "delete_selected" not in olga.get(CHANGELIST).content.decode()


@pytest.mark.parametrize(
    "term",
    [
        "alice",
        "ALI",
        "@alice",
        "alice@kez.lat",
        f" {ALICE.primary} ",
        ALICE.primary.hex[:20],
        user_nkey(ALICE.primary),
    ],
)
def test_searching_by_what_operators_have_at_hand(olga, bob, term):
    page = olga.get(CHANGELIST, {"q": term}).content.decode()
    assert ">alice<" in page
    assert ">bobby<" not in page


def test_filtering_by_status(olga, alice, bob):
    Handle.objects.filter(pk=alice.pk).update(status="suspended")
    page = olga.get(CHANGELIST, {"status__exact": "suspended"}).content.decode()
    assert ">alice<" in page
    assert ">bobby<" not in page
