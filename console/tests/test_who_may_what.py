"""Who may do what: every address of the desk and every deed, by moderator, operator, auditor, and nobody.

A page or deed that is missing in the tables below fails the test, so that nothing gets in unseen.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver

from console.deeds import WithDeeds
from console.models import Operator
from console.tests.people import authenticator, operator, seated
from console.tests.rows import a_row_of_each
from registry.models import AuditEntry

pytestmark = pytest.mark.django_db

MODERATOR, OPERATOR, AUDITOR, NOBODY = "moderator", "operator", "auditor", "nobody"
EVERYBODY = {MODERATOR, OPERATOR, AUDITOR, NOBODY}
ALL_ROLES = {MODERATOR, OPERATOR, AUDITOR}
MODERATING = {MODERATOR, OPERATOR}
AUDITING = {OPERATOR, AUDITOR}
OPERATING = {OPERATOR}
NO_ONE: set[str] = set()

# Who may open which page. `nobody` is let in and has no role.
PAGES: dict[str, set[str]] = {
    "index": EVERYBODY,
    "login": EVERYBODY,
    "jsi18n": EVERYBODY,
    "password_change": EVERYBODY,
    "password_change_done": EVERYBODY,
    "second_factor": EVERYBODY,
    "registry_handle_changelist": ALL_ROLES,
    "registry_handle_change": ALL_ROLES,
    "registry_handle_add": NO_ONE,
    "registry_handle_delete": NO_ONE,
    "registry_reservation_changelist": ALL_ROLES,
    "registry_reservation_change": ALL_ROLES,
    "registry_reservation_add": OPERATING,
    "registry_reservation_delete": NO_ONE,
    "registry_reservation_import": OPERATING,
    "registry_reservation_export": ALL_ROLES,
    "registry_invite_changelist": ALL_ROLES,
    "registry_invite_change": ALL_ROLES,
    "registry_invite_add": OPERATING,
    "registry_invite_delete": NO_ONE,
    "registry_pendingregistration_changelist": ALL_ROLES,
    "registry_pendingregistration_change": ALL_ROLES,
    "registry_pendingregistration_add": NO_ONE,
    "registry_pendingregistration_delete": NO_ONE,
    "reports_report_changelist": ALL_ROLES,
    "reports_report_change": ALL_ROLES,
    "reports_report_add": NO_ONE,
    "reports_report_delete": NO_ONE,
    "registry_auditentry_changelist": ALL_ROLES,
    "registry_auditentry_change": ALL_ROLES,
    "registry_auditentry_add": NO_ONE,
    "registry_auditentry_delete": NO_ONE,
    "registry_transparencyentry_changelist": ALL_ROLES,
    "registry_transparencyentry_change": ALL_ROLES,
    "registry_transparencyentry_add": NO_ONE,
    "registry_transparencyentry_delete": NO_ONE,
    "files_attachment_changelist": ALL_ROLES,
    "files_attachment_change": ALL_ROLES,
    "files_attachment_add": NO_ONE,
    "files_attachment_delete": NO_ONE,
    "console_operator_changelist": AUDITING,
    "console_operator_change": AUDITING,
    "console_operator_add": NO_ONE,
    "console_operator_delete": NO_ONE,
}
# Who may do which deed; each has a page of its own, and most an action in the list.
DEEDS: dict[tuple[str, str], set[str]] = {
    ("registry_handle", "suspend"): MODERATING,
    ("registry_handle", "reinstate"): MODERATING,
    ("registry_handle", "note"): MODERATING,
    ("registry_handle", "well-known"): OPERATING,
    ("registry_handle", "not-well-known"): OPERATING,
    ("registry_handle", "release"): OPERATING,
    ("registry_handle", "quota"): OPERATING,
    ("registry_reservation", "unreserve"): OPERATING,
    ("registry_invite", "revoke"): OPERATING,
    ("registry_pendingregistration", "approve"): MODERATING,
    ("registry_pendingregistration", "decline"): MODERATING,
    ("reports_report", "take"): MODERATING,
    ("reports_report", "put-back"): MODERATING,
    ("reports_report", "resolve"): MODERATING,
    ("reports_report", "reject"): MODERATING,
    ("reports_report", "reopen"): MODERATING,
    ("files_attachment", "remove"): MODERATING,
    ("console_operator", "role"): OPERATING,
    ("console_operator", "reset"): OPERATING,
}
# Done with a button, without a page: who may.
BUTTONS: dict[str, set[str]] = {
    "registry_auditentry_verify": AUDITING,
    "registry_auditentry_export": AUDITING,
}
# Tried by tests of their own: they end the session, or lead on to a page that is listed above.
APART = {"logout", "app_list", None}


def patterns(entries: Any) -> Iterator[URLPattern]:
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns)
        else:
            yield entry


def desk_pages() -> list[tuple[str, str, WithDeeds]]:
    """Each table at the desk: `registry_handle`, its address, its page."""
    return [
        (
            f"{model._meta.app_label}_{model._meta.model_name}",
            f"/admin/{model._meta.app_label}/{model._meta.model_name}/",
            page,  # type: ignore[misc]
        )
        for model, page in admin.site._registry.items()
    ]


def test_every_page_is_in_the_table():
    names = {pattern.name for pattern in patterns(admin.site.get_urls())}
    listed = {name for name in names if name not in APART and not str(name).endswith("_deed")}
    assert listed == set(PAGES) | set(BUTTONS)


def test_every_deed_is_in_the_table():
    assert {(name, deed.name) for name, _, page in desk_pages() for deed in page.deeds} == set(DEEDS)


@pytest.fixture
def rows() -> dict[str, Any]:
    return a_row_of_each()


@pytest.fixture(params=[MODERATOR, OPERATOR, AUDITOR, NOBODY])
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(role: str) -> Client:
    return seated(operator("somebody", None if role == NOBODY else role))


@pytest.fixture
def address_of(rows: dict[str, Any]) -> Callable[[str], str]:
    plain = {"index": "", "second_factor": "second-factor", "password_change_done": "password_change/done"}

    def address(name: str) -> str:
        for table, base, _ in desk_pages():
            if name.startswith(f"{table}_"):
                page = name.removeprefix(f"{table}_")
                pk = "" if page not in ("change", "delete") else f"{rows[table].pk}/"
                return f"{base}{pk}{'' if page == 'changelist' else f'{page}/'}"
        path = plain.get(name, name)
        return f"/admin/{path}/" if path else "/admin/"

    return address


def test_pages(role: str, desk: Client, address_of: Callable[[str], str]):
    wrong = {}
    for name, allowed in PAGES.items():
        answer = desk.get(address_of(name))
        expected = 200 if role in allowed else 403
        if name == "login":
            expected = 302  # on to the desk
        if answer.status_code != expected:
            wrong[name] = answer.status_code
    assert wrong == {}


def test_buttons(role: str, desk: Client, address_of: Callable[[str], str]):
    for name, allowed in BUTTONS.items():
        assert desk.get(address_of(name)).status_code == 403, name
        answer = desk.post(address_of(name))
        assert (answer.status_code in (200, 302)) == (role in allowed), name


def stored(row: Model) -> dict[str, Any]:
    return type(row)._base_manager.filter(pk=row.pk).values().get()


def test_changing_by_hand(role: str, desk: Client, rows: dict[str, Any]):
    """What can be typed in: nothing but reservations and invites, by an operator."""
    before = {table: stored(row) for table, row in rows.items()}
    for table, base, _ in desk_pages():
        for page in ("change", "delete"):
            answer = desk.post(f"{base}{rows[table].pk}/{page}/", {"post": "yes"})
            if role == OPERATOR and (table, page) == ("registry_reservation", "change"):
                assert answer.status_code == 302
            else:
                assert answer.status_code == 403, (table, page)
    for table, row in rows.items():
        assert table == "registry_reservation" or stored(row) == before[table]


def test_deeds(role: str, desk: Client, rows: dict[str, Any]):
    wrong: list[object] = []
    for table, base, page in desk_pages():
        for deed in page.deeds:
            may = role in DEEDS[table, deed.name]
            answer = desk.get(f"{base}{rows[table].pk}/do/{deed.name}/")
            if answer.status_code != (200 if may else 403):
                wrong.append((table, deed.name, answer.status_code))
            listed = desk.get(base)
            offered = listed.status_code == 200 and f'value="{deed.name}"' in listed.content.decode()
            if offered != (may and deed.from_list):
                wrong.append((table, deed.name, f"offered: {offered}"))
    assert wrong == []


def test_deeds_that_are_not_allowed_do_nothing(role: str, desk: Client, rows: dict[str, Any]):
    before = AuditEntry.objects.count()
    for table, base, page in desk_pages():
        for deed in page.deeds:
            if role in DEEDS[table, deed.name]:
                continue
            answer = {"reason": "I want to.", "outcome": "x", "role": "operator"}
            assert desk.post(f"{base}{rows[table].pk}/do/{deed.name}/", answer).status_code == 403
            chosen = {"action": deed.name, "_selected_action": [rows[table].pk], "confirmed": "1"}
            desk.post(base, {**chosen, **answer})
    assert AuditEntry.objects.count() == before


def test_strangers_and_half_logged_in_operators_get_the_log_in(rows: dict[str, Any], address_of):
    """Without a session, with a password alone, with a password alone where a code is needed, and a mere user."""
    olga = operator("olga", "operator")
    half = seated(olga, verified=False)
    mallory = Operator.objects.create_user("mallory", password="x")
    browsers = [Client(), half, seated(mallory)]
    authenticator(olga)
    for desk in browsers:
        for name in (*PAGES, *BUTTONS):
            answer = desk.get(address_of(name))
            if name == "login":
                assert answer.status_code == 200
            else:
                assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/"), (
                    name
                )
        for table, base, page in desk_pages():
            for deed in page.deeds:
                answer = desk.post(f"{base}{rows[table].pk}/do/{deed.name}/", {"reason": "x"})
                assert answer.status_code == 302
        assert desk.post("/admin/logout/").status_code == 302


def test_every_form_needs_its_token(rows: dict[str, Any]):
    desk = Client(enforce_csrf_checks=True)
    desk.cookies = seated(operator("olga", "operator")).cookies
    for _, base, page in desk_pages():
        assert desk.post(base, {}).status_code == 403
        for deed in page.deeds:
            assert desk.post(f"{base}1/do/{deed.name}/", {"reason": "x"}).status_code == 403
    for address in ("/admin/login/", "/admin/second-factor/", "/admin/logout/", "/admin/password_change/"):
        assert desk.post(address, {}).status_code == 403
