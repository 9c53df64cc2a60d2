"""The pages of the logs."""

import pytest

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
