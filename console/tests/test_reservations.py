"""The page of reservations."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kezproto.nkeys import user_nkey
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


def test_for_a_key_as_it_is_pasted(olga):
    for number, text in enumerate((str(ALICE.primary), ALICE.primary.hex.upper(), user_nkey(ALICE.primary))):
        olga.post(f"{CHANGELIST}add/", {"name": f"town-{number}x", "primary_hex": text})
    assert set(Reservation.objects.values_list("primary_hex", flat=True)) == {ALICE.primary.hex}
    page = olga.post(f"{CHANGELIST}add/", {"name": "town-hall", "primary_hex": "ed25519:00"}).content.decode()
    assert "errorlist" in page


def test_an_end_that_has_passed_is_refused(olga):
    fields = {"name": "town-hall", "expires_at": "2020-01-01T00:00"}
    assert "This moment is over" in olga.post(f"{CHANGELIST}add/", fields).content.decode()


def test_what_only_the_service_refuses_is_a_sentence(olga, monkeypatch):
    monkeypatch.setattr("registry.reserving.MAX_PATTERNS", 0)
    answer = olga.post(f"{CHANGELIST}add/", {"name": "town-*"}, follow=True)
    assert "remove one first" in answer.content.decode()
    assert not Reservation.objects.exists()


def upload(browser, text: str | bytes):
    content = text if isinstance(text, bytes) else text.encode()
    return browser.post(
        f"{CHANGELIST}import/", {"file": SimpleUploadedFile("list.csv", content)}, follow=True
    )


def test_a_list_in_and_out(olga, mo):
    page = upload(olga, f"name,primary,reason\ntown-hall,{ALICE.primary},Theirs.\ncity-*,,Later.\n")
    assert "2 added, 0 changed, 0 unchanged" in page.content.decode().replace("as they were", "unchanged")
    assert is_reserved("citypark")
    answer = mo.get(f"{CHANGELIST}export/")
    assert answer["Content-Disposition"] == 'attachment; filename="reservations.csv"'
    assert f"town-hall,{ALICE.primary},Theirs.," in answer.content.decode()
    assert "0 added, 0 changed, 2 as they were" in upload(olga, answer.content).content.decode()
    assert AuditEntry.objects.filter(action="reserved", actor="operator:olga").count() == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("name\ngood-name\nNo Name\n", "Line 3: "),
        ("words\nx\n", "Line 1: "),
        (b"\xff\xfe\x00", "not a text in UTF-8"),
        (b"", "empty"),
    ],
)
def test_a_list_with_a_fault_stores_nothing(olga, content, sentence):
    assert sentence in upload(olga, content).content.decode()
    assert not Reservation.objects.exists()
