"""The operators' console: handles."""

import pytest
from django.contrib.auth.models import Permission
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


@pytest.fixture
def operator_with(client, django_user_model):
    """A client of an operator with these permissions."""

    def login(*codenames: str):
        operator = django_user_model.objects.create_user("olga", password="x", is_staff=True)
        operator.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(operator)
        return client

    return login


@pytest.fixture
def operator(operator_with):
    return operator_with("view_handle", "view_auditentry", "moderate_handle")


def act(client, action: str, *handles: Handle, **fields: str):
    return client.post(
        CHANGELIST, {"action": action, "_selected_action": [handle.pk for handle in handles], **fields}
    )


def test_an_action_asks_for_a_reason_first(operator, alice):
    response = act(operator, "suspend", alice)
    assert response.status_code == 200
    page = response.content.decode()
    assert "alice" in page
    assert ALICE.primary.hex in page
    assert 'name="reason"' in page
    assert "errorlist" not in page
    assert Handle.objects.get().status == "active"


def test_suspending_with_a_reason(operator, alice, bob):
    response = act(operator, "suspend", alice, bob, confirmed="1", reason="Spam from both.")
    assert response.status_code == 302
    assert set(Handle.objects.values_list("status", flat=True)) == {"suspended"}
    entries = AuditEntry.objects.filter(action="suspended")
    assert {(entry.actor, entry.name, entry.reason) for entry in entries} == {
        ("operator:olga", "alice", "Spam from both."),
        ("operator:olga", "bobby", "Spam from both."),
    }
    assert "2 handles suspended." in operator.get(CHANGELIST).content.decode()


@pytest.mark.parametrize("reason", ["", "   "])
def test_nothing_happens_without_a_reason(operator, alice, reason):
    response = act(operator, "suspend", alice, confirmed="1", reason=reason)
    assert response.status_code == 200
    assert "A reason is needed" in response.content.decode()
    assert Handle.objects.get().status == "active"
    assert not AuditEntry.objects.filter(action="suspended").exists()


def test_reinstating(operator, alice, bob):
    Handle.objects.filter(pk=alice.pk).update(status="suspended")
    act(operator, "reinstate", alice, bob, confirmed="1", reason="Cleared.")
    assert set(Handle.objects.values_list("status", flat=True)) == {"active"}
    assert AuditEntry.objects.filter(action="reinstated").count() == 1
    page = operator.get(CHANGELIST).content.decode()
    assert "1 handle reinstated." in page
    assert "The handle bobby is not suspended." in page


def test_who_may_only_look_cannot_suspend(operator_with, alice):
    client = operator_with("view_handle")
    page = client.get(CHANGELIST).content.decode()
    assert "alice" in page
    assert "Suspend selected" not in page
    act(client, "suspend", alice, confirmed="1", reason="I want to.")
    assert Handle.objects.get().status == "active"


def test_who_may_nothing_sees_nothing(operator_with):
    assert operator_with().get(CHANGELIST).status_code == 403


def test_strangers_are_sent_to_the_login(client):
    response = client.get(CHANGELIST)
    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]


def test_the_page_of_a_handle_shows_its_history_and_changes_nothing(operator, alice):
    address = reverse("admin:registry_handle_change", args=[alice.pk])
    page = operator.get(address).content.decode()
    assert ALICE.primary.hex in page
    assert "handle_registration" in page
    assert str(ALICE.primary) in page
    assert 'name="_save"' not in page
    assert operator.post(address, {"local": "stolen", "status": "released"}).status_code == 403
    alice.refresh_from_db()
    assert (alice.local, alice.status) == ("alice", "active")


def test_even_the_owner_of_the_place_neither_adds_nor_deletes(admin_client, alice):
    assert admin_client.get("/admin/registry/handle/add/").status_code == 403
    assert admin_client.get(f"/admin/registry/handle/{alice.pk}/delete/").status_code == 403
    assert "delete_selected" not in admin_client.get(CHANGELIST).content.decode()


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
def test_searching_by_what_operators_have_at_hand(operator, bob, term):
    page = operator.get(CHANGELIST, {"q": term}).content.decode()
    assert ">alice<" in page
    assert ">bobby<" not in page


def test_filtering_by_status(operator, alice, bob):
    Handle.objects.filter(pk=alice.pk).update(status="suspended")
    page = operator.get(CHANGELIST, {"status__exact": "suspended"}).content.decode()
    assert ">alice<" in page
    assert ">bobby<" not in page


def test_a_list_of_many_takes_as_many_queries_as_a_list_of_one(operator, bob, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        operator.get(CHANGELIST)


def test_the_audit_trail_is_read_only(admin_client):
    entry = AuditEntry.objects.get()
    assert "registered" in admin_client.get("/admin/registry/auditentry/").content.decode()
    address = f"/admin/registry/auditentry/{entry.pk}/"
    assert admin_client.get(f"{address}change/").status_code == 200
    assert admin_client.post(f"{address}change/", {"reason": "x"}).status_code == 403
    assert admin_client.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get("/admin/registry/auditentry/add/").status_code == 403
    assert "delete_selected" not in admin_client.get("/admin/registry/auditentry/").content.decode()
