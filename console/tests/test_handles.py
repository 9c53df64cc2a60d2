"""The page of handles."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from chatbridge.models import Device
from console.tests.rows import reported
from files.models import Quota
from kezproto.nkeys import user_nkey
from registry import services
from registry.models import AuditEntry, Handle
from registry.tests.cast import ALICE, BOB, registered
from reports.models import Report

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


def test_narrowing_by_last_seen_and_by_reports(olga, alice, bob):
    now = timezone.now()
    Device.objects.create(primary_hex=ALICE.primary.hex, device="a" * 16, created=now, last_seen=now)
    Device.objects.create(
        primary_hex=BOB.primary.hex, device="b" * 16, created=now, last_seen=now - timedelta(days=20)
    )
    reported(bob, by=alice)

    def found(**chosen: str) -> set[str]:
        page = olga.get(CHANGELIST, chosen).content.decode()
        return {name for name in ("alice", "bobby") if f">{name}<" in page}

    assert found(seen="1") == {"alice"}
    assert found(seen="30") == {"alice", "bobby"}
    assert found(seen="not-30") == set()
    assert found(reported="open") == {"bobby"}
    Report.objects.update(state="resolved")
    assert found(reported="open") == set()
    assert found(reported="ever") == {"bobby"}


def test_the_list_says_when_it_was_seen_and_what_waits(olga, alice, bob):
    seen = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
    Device.objects.create(primary_hex=ALICE.primary.hex, device="a" * 16, created=seen, last_seen=seen)
    reported(bob, by=alice)
    page = olga.get(CHANGELIST).content.decode()
    assert '<td class="field-last_seen nowrap">2026-06-01 12:30</td>' in page
    assert '<td class="field-open_reports">1</td>' in page


def test_the_way_through_dates(olga, alice):
    """Alice registered on 25 May 2026."""
    assert "?registered_at__year=2026" in olga.get(CHANGELIST).content.decode()
    for chosen, there in (("year=2026", True), ("year=2025", False)):
        page = olga.get(f"{CHANGELIST}?registered_at__{chosen}").content.decode()
        assert (">alice<" in page, "February" in page, "All dates" in page) == (there, True, True)
    month = f"{CHANGELIST}?registered_at__year=2026&registered_at__month=5"
    assert "registered_at__day=25" in olga.get(month).content.decode()
    day = olga.get(f"{month}&registered_at__day=25").content.decode()
    assert "25 May 2026" in day
    assert ">alice<" in day


def test_the_page_of_a_handle_gathers_what_all_rooms_know(olga, alice, bob):
    now = timezone.now()
    Device.objects.create(primary_hex=BOB.primary.hex, device="b0b" + "0" * 13, created=now, last_seen=now)
    report = reported(bob, by=alice)
    page = olga.get(f"{CHANGELIST}{bob.pk}/change/").content.decode()
    assert "b0b0000000000000" in page
    assert f"/admin/reports/report/{report.pk}/change/" in page
    assert "0 bytes of 1.1 GB" in page
    assert f"/v1/sigchains/ed25519/{BOB.primary.hex}" in page
    for deed in ("suspend", "note", "quota", "well-known", "release"):
        assert f"/admin/registry/handle/{bob.pk}/do/{deed}/" in page
    assert "/do/reinstate/" not in page


def test_releasing_from_its_page(olga, alice):
    address = f"{CHANGELIST}{alice.pk}/do/release/"
    page = olga.get(address).content.decode()
    assert "There is no way back." in page
    answer = olga.post(address, {"reason": "Asked for it."})
    assert answer["Location"] == f"{CHANGELIST}{alice.pk}/change/"
    alice.refresh_from_db()
    assert alice.status == "released"
    page = olga.get(answer["Location"]).content.decode()
    assert "1 handle released." in page
    assert "/do/suspend/" not in page


def test_a_deed_that_came_too_late_says_so(olga, alice):
    services.suspend_handle(alice, actor="shell:test", reason="Spam.")
    answer = olga.post(f"{CHANGELIST}{alice.pk}/do/suspend/", {"reason": "Spam."}, follow=True)
    assert "The handle alice is not active." in answer.content.decode()


def test_a_quota_of_its_own(olga, alice):
    address = f"{CHANGELIST}{alice.pk}/do/quota/"
    olga.post(address, {"stored": "5000", "per_day": "", "in_flight": "", "reason": "Sends pictures."})
    quota = Quota.objects.get(handle=alice)
    assert (quota.stored_bytes, quota.files_per_day) == (5_000_000_000, None)
    assert 'value="5000"' in olga.get(address).content.decode()


def test_no_more_than_a_hundred_at_once(olga, monkeypatch, alice, bob):
    monkeypatch.setattr("console.deeds.MOST_AT_ONCE", 1)
    act(olga, "suspend", alice, bob, confirmed="1", reason="All of them.")
    assert "choose fewer" in olga.get(CHANGELIST).content.decode()
    assert set(Handle.objects.values_list("status", flat=True)) == {"active"}
