"""The pages of the logs."""

import json

import pytest
from django.db import connection

from registry import services, triggers
from registry.models import AuditEntry
from registry.tests.cast import ALICE, registered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alice():
    return registered(ALICE, "alice")


def test_the_audit_trail_is_read_only(olga):
    entry = AuditEntry.objects.get()
    assert "registered" in olga.get("/admin/registry/auditentry/").content.decode()
    address = f"/admin/registry/auditentry/{entry.pk}/"
    assert olga.get(f"{address}change/").status_code == 200
    assert olga.post(f"{address}change/", {"reason": "x"}).status_code == 403
    assert olga.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    assert olga.get("/admin/registry/auditentry/add/").status_code == 403
    assert "delete_selected" not in olga.get("/admin/registry/auditentry/").content.decode()


def test_checking_the_trail(audrey):
    page = audrey.post("/admin/registry/auditentry/verify/", follow=True).content.decode()
    end = AuditEntry.objects.latest("seq")
    assert f"The trail ends at {end.seq}:{end.hash}" in page


def test_a_changed_entry_is_found(audrey):
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_auditentry SET reason = 'Nothing happened.' WHERE seq = 1")
    page = audrey.post("/admin/registry/auditentry/verify/", follow=True).content.decode()
    assert "The audit trail was tampered with. Entry 1 " in page


def test_exporting_in_parts(audrey, monkeypatch, alice):
    for number in range(3):
        services.note_handle(alice, actor="shell:test", reason=f"Note {number}.")
    monkeypatch.setattr("console.admin.audit.EXPORTED_AT_ONCE", 2)
    answer = audrey.post("/admin/registry/auditentry/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="audit-1-2.jsonl"'
    lines = [json.loads(line) for line in answer.content.decode().splitlines()]
    assert [line["seq"] for line in lines] == [1, 2]
    rest = audrey.post("/admin/registry/auditentry/export/", {"after": "2"}).content.decode().splitlines()
    assert json.loads(rest[0])["prev"] == lines[-1]["hash"]
    entry = AuditEntry.objects.latest("seq")
    assert (entry.action, entry.actor, entry.reason) == ("exported", "operator:audrey", "3-4")


def test_the_public_log_is_shown_as_the_public_reads_it(mo, alice):
    services.suspend_handle(alice, actor="shell:test", reason="Spam.")
    page = mo.get("/admin/registry/transparencyentry/").content.decode()
    assert "alice" in page
    assert "Spam." not in page
