"""Reserved names: patterns, for a key, for a while; look-alikes of well-known names; lists as CSV."""

from datetime import timedelta

import pytest
from django.utils import timezone

from httpapi.tests.shapes import assert_problem
from registry import links, reservation_lists, reserving, services
from registry.audit import verify_trail
from registry.errors import ModerationRefused
from registry.models import AuditEntry, Reservation, TransparencyEntry
from registry.reserved import names_in, shipped_skeletons, well_known_names
from registry.skeletons import skeleton
from registry.tests.cast import ALICE, BOB, MALLORY, key_number, registered, registration
from registry.tests.shell import kez

pytestmark = pytest.mark.django_db


def reserve(name: str, **fields) -> Reservation:
    reservation = Reservation(name=name, **fields)
    services.reserve_name(reservation, actor="operator:olga")
    return reservation


@pytest.mark.parametrize("local", ["town-hall", "my-town", "mytown2", "my-t0wn", "rny-town"])
def test_patterns_keep_all_that_fit_and_their_look_alikes(register, local):
    reserve("town-*")
    reserve("my*town*")
    assert_problem(register(registration(ALICE, local)), 403, "handle_reserved")


def test_what_does_not_fit_is_free(register):
    reserve("town-*")
    assert register(registration(ALICE, "downtown")).status_code == 201


def test_a_name_reserved_for_a_key_is_for_that_key_alone(register):
    reserve("mayor", primary_hex=ALICE.primary.hex)
    reserve("office-*", primary_hex=BOB.primary.hex)
    assert_problem(register(registration(MALLORY, "mayor")), 403, "handle_reserved")
    assert_problem(register(registration(MALLORY, "rnayor")), 403, "handle_reserved")
    assert_problem(register(registration(ALICE, "office-2")), 403, "handle_reserved")
    # Also its owner gets the name itself, not one that looks like it.
    assert_problem(register(registration(ALICE, "may0r")), 403, "handle_reserved")
    assert register(registration(ALICE, "mayor")).status_code == 201
    assert register(registration(BOB, "office-2")).status_code == 201


def test_an_operator_can_give_a_name_away_that_ships_reserved(register):
    reserve("press", primary_hex=ALICE.primary.hex)
    assert_problem(register(registration(MALLORY, "press")), 403, "handle_reserved")
    assert register(registration(ALICE, "press")).status_code == 201


def test_a_reservation_ends(register):
    reservation = reserve("town-hall", expires_at=timezone.now() + timedelta(hours=1))
    assert_problem(register(registration(ALICE, "town-hall")), 403, "handle_reserved")
    Reservation.objects.filter(pk=reservation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert register(registration(ALICE, "town-hall")).status_code == 201


@pytest.mark.parametrize("local", ["paypa1", "pay-pal", "wlklpedia", "vvikipedia", "b-b-c", "n1ntendo"])
def test_look_alikes_of_names_known_from_elsewhere(register, local):
    assert_problem(register(registration(MALLORY, local)), 403, "handle_lookalike")


def test_the_known_name_itself_is_for_who_comes_first(register):
    assert register(registration(ALICE, "wikipedia")).status_code == 201
    assert_problem(register(registration(MALLORY, "wikipedia")), 409, "handle_taken")


def test_look_alikes_of_handles_that_an_operator_marked(register):
    alice = registered(ALICE, "alice")
    assert register(registration(BOB, "a1ice")).status_code == 201
    services.mark_well_known(alice, True, actor="operator:olga", reason="Our mayor.")
    assert_problem(register(registration(MALLORY, "al1ce")), 403, "handle_lookalike")
    assert register(registration(MALLORY, "alicia")).status_code == 201
    services.suspend_handle(alice, actor="operator:olga", reason="Not our mayor.")
    assert register(registration(key_number(1), "a-l-i-c-e")).status_code == 201


def test_the_shipped_lists_do_not_overlap():
    known = names_in("well_known_handles.txt")
    assert len({skeleton(name) for name in known}) == len(known) > 80
    assert {skeleton(name) for name in known} & shipped_skeletons() == set()
    assert all(len(name) > 2 for name in known)
    assert set(known) == well_known_names()


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "ab"},
        {"name": "Town"},
        {"name": "*"},
        {"name": "town", "primary_hex": "00" * 32},
        {"name": "town", "primary_hex": "xyz"},
        {"name": "town", "reason": "x" * 201},
    ],
)
def test_what_is_no_reservation_is_refused(fields):
    with pytest.raises(ModerationRefused):
        services.reserve_name(Reservation(**fields), actor="operator:olga")
    assert not Reservation.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_name_is_reserved_once():
    reserve("town-hall")
    with pytest.raises(ModerationRefused, match="already exists"):
        reserve("town-hall")


def test_patterns_are_few(monkeypatch):
    monkeypatch.setattr(reserving, "MAX_PATTERNS", 2)
    reserve("one*")
    reserve("two*")
    reserve("plain")
    with pytest.raises(ModerationRefused, match="2 patterns"):
        reserve("three*")
    assert Reservation.objects.count() == 3


# fmt: off
LIST = f'''name,primary,reason,expires_at
town-hall,,For the town,
mayor,{ALICE.primary},"The mayor, ""Olga""",2027-01-31T00:00:00Z
office-*,,,
'''
# fmt: on


def test_a_list_in_and_out_again():
    done = services.import_reservations(LIST, actor="operator:olga")
    assert done == services.Imported(added=3)
    exported = "".join(services.export_reservations())
    assert sorted(exported.splitlines()) == sorted(LIST.splitlines())
    assert services.import_reservations(exported, actor="operator:olga") == services.Imported(unchanged=3)
    entries = AuditEntry.objects.order_by("seq").values_list("action", "name", "reason")
    assert list(entries) == [
        ("reserved", "town-hall", "For the town"),
        ("reserved", "mayor", 'The mayor, "Olga"'),
        ("reserved", "office-*", ""),
    ]
    assert verify_trail() == links.Link(3, AuditEntry.objects.first().hash)  # type: ignore[union-attr]
    # How many is public; which, is not.
    told = TransparencyEntry.objects.get()
    assert (told.action, told.count, told.handle) == ("reserved", 3, "")


def test_a_list_changes_what_is_there_and_removes_nothing(register):
    reserve("town-hall", reason="Old.")
    reserve("other")
    text = "name,reason\nTOWN-HALL,New.\nthird*,\n"
    assert services.import_reservations(text, actor="x") == services.Imported(added=1, changed=1)
    assert set(Reservation.objects.values_list("name", "reason")) == {
        ("town-hall", "New."),
        ("other", ""),
        ("third*", ""),
    }
    assert_problem(register(registration(ALICE, "thlrd-man")), 403, "handle_reserved")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "first line names the columns"),
        ("handle\nalice\n", 1, "first line names the columns"),
        ("name,colour\nalice,red\n", 1, "no column 'colour'"),
        ("name\nalice\nx\n", 3, "3 to 32"),
        ("name\nalice\nbobby\nalice\n", 4, "twice"),
        ("name,primary\nalice,ed25519:00\n", 2, "64 lower-case"),
        ("name,expires_at\nalice,tomorrow\n", 2, "looks like 2026"),
        ("name\nalice,too,many\n", 2, "more values"),
        ('name\n"alice\n', 2, "not CSV"),
    ],
)
def test_a_fault_in_a_list_is_named_and_nothing_is_stored(text, line, words):
    done = services.import_reservations(f"{text}", actor="x")
    assert done.faults[0][0] == line
    assert words in done.faults[0][1]
    assert (done.added, Reservation.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)


def test_a_long_list_takes_few_queries(django_assert_max_num_queries):
    lines = "\n".join(f"name-{number}" for number in range(2000))
    with django_assert_max_num_queries(60):
        assert services.import_reservations(f"name\n{lines}\n", actor="x").added == 2000
    assert verify_trail().seq == 2000


def test_a_list_that_is_too_long(monkeypatch):
    monkeypatch.setattr(reservation_lists, "MAX_LINES", 2)
    done = services.import_reservations("name\naaa\nbbb\nccc\nddd\n", actor="x")
    assert "at most 2" in done.faults[0][1]


def test_from_a_shell(tmp_path, register):
    ended = kez(
        "reserve", "mayor", "--for", str(ALICE.primary), "--until", "14d", "--reason", "Voted.", "--json"
    )
    assert (ended.document["primary"], ended.document["reason"]) == (str(ALICE.primary), "Voted.")
    assert_problem(register(registration(MALLORY, "mayor")), 403, "handle_reserved")
    assert kez("reserve", "mayor").exit_code == 0
    assert_problem(register(registration(ALICE, "mayor")), 403, "handle_reserved")
    assert kez("unreserve", "mayor", "--reason", "Over.").exit_code == 0
    assert kez("unreserve", "mayor").exit_code == 3
    assert kez("reserve", "x").exit_code == 1
    assert kez("reserve", "mayor", "--for", "alice").exit_code == 2
    assert kez("reserve", "mayor", "--until", "soon").exit_code == 2
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    assert kez("reservations", "import", str(file), "--json").document["added"] == 3
    assert kez("reservations", "export").text.count("\n") == 4
    file.write_text("name\nx\n")
    ended = kez("reservations", "import", str(file))
    assert (ended.exit_code, "line 2: " in ended.text) == (1, True)
    assert kez("reservations", "import", str(tmp_path / "none")).exit_code == 2
