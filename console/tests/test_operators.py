"""Operators: made, given roles, helped when an authenticator is lost; at a shell and on their page."""

import io
import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from console.lookup import role_of
from console.roles import PERMISSIONS, Role, sync_roles
from console.second_factor import verify_code
from console.tests.people import PASSWORD, code_of, operator, seated
from registry.models import AuditEntry
from registry.tests.shell import kez

pytestmark = pytest.mark.django_db


def add(monkeypatch: pytest.MonkeyPatch, *arguments: str, password: str = PASSWORD):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    return kez("operator", "add", *arguments, "--password-stdin")


def test_adding_one_shows_the_second_factor_and_recovery_codes(monkeypatch):
    done = add(monkeypatch, "olga", "--json")
    document = done.document
    assert (done.exit_code, document["role"]) == (0, "operator")
    olga = User.objects.get(username="olga")
    assert (olga.is_staff, olga.is_superuser, role_of(olga)) == (True, False, "operator")
    assert document["otpauth_url"].startswith("otpauth://totp/kez-chat%20kez.lat%3Aolga?secret=")
    assert verify_code(olga, code_of(TOTPDevice.objects.get()))
    assert verify_code(olga, document["recovery_codes"][3])
    assert AuditEntry.objects.get(action="role_set").name == "operator:olga"
    # What is stored gives no code away.
    letters = {code.replace("-", "") for code in document["recovery_codes"]}
    assert not letters & set(StaticToken.objects.values_list("token", flat=True))


def test_adding_one_draws_a_code_to_scan(monkeypatch):
    text = add(monkeypatch, "olga", "--role", "auditor").text
    assert "█" in text
    assert len(re.findall(r"^  (?:[a-z2-9]{4}-){3}[a-z2-9]{4}$", text, re.MULTILINE)) == 10


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [
        ("mo", PASSWORD, "There is somebody named mo already."),
        ("olga", "12345678", "This password is too common."),
        ("a name", PASSWORD, "Enter a valid username."),
    ],
)
def test_refusals(monkeypatch, name, password, sentence):
    operator("mo", "moderator")
    done = add(monkeypatch, name, password=password)
    assert done.exit_code == 1
    assert sentence in done.text
    assert User.objects.count() == 1


def test_roles_from_a_shell():
    operator("olga", "operator")
    mo = operator("mo", "moderator")
    assert kez("role", "mo", "auditor", "--reason", "Moved.").exit_code == 0
    assert role_of(User.objects.get(username="mo")) == "auditor"
    assert AuditEntry.objects.latest("seq").reason == "moderator → auditor: Moved."
    browser = seated(mo)
    assert kez("role", "mo", "none").exit_code == 0
    assert browser.get("/admin/").status_code == 302
    assert kez("role", "nobody", "auditor").exit_code == 3
    assert kez("operator", "list", "--json").document == {
        "operators": [{"operator": "olga", "role": "operator", "second_factor": False}]
    }


def test_the_last_one_in_charge_stays():
    operator("olga", "operator")
    operator("mo", "moderator")
    done = kez("role", "olga", "auditor")
    assert (done.exit_code, "the last one" in done.text) == (1, True)
    assert role_of(User.objects.get(username="olga")) == "operator"


def test_a_lost_authenticator():
    olga = operator("olga", "operator")
    assert kez("operator", "reset", "olga", "--reason", "Lost.").exit_code == 1
    seated(olga)
    assert kez("operator", "reset", "olga", "--reason", "Lost.").exit_code == 0
    assert not TOTPDevice.objects.exists()
    assert AuditEntry.objects.get(action="second_factor_reset").reason == "Lost."


def test_on_their_page(olga):
    mo = operator("mo", "moderator")
    page = olga.get("/admin/console/operator/").content.decode()
    assert ">mo<" in page
    assert "moderator" in page
    olga.post(f"/admin/console/operator/{mo.pk}/do/role/", {"role": "auditor", "reason": "Moved."})
    assert role_of(User.objects.get(pk=mo.pk)) == "auditor"
    seated(mo)
    olga.post(f"/admin/console/operator/{mo.pk}/do/reset/", {"reason": "Lost."})
    assert not TOTPDevice.objects.filter(user=mo).exists()
    assert set(AuditEntry.objects.values_list("actor", flat=True)) == {"operator:olga"}


def test_roles_are_what_the_code_says_whatever_was_done_to_them():
    group = Group.objects.get(name="auditor")
    group.permissions.set(Permission.objects.all())
    Group.objects.get(name="moderator").delete()
    sync_roles()
    for role, wanted in PERMISSIONS.items():
        held = Permission.objects.filter(group__name=role.value)
        assert {f"{each.content_type.app_label}.{each.codename}" for each in held} == wanted
    assert {group.name for group in Group.objects.all()} == {role.value for role in Role}
