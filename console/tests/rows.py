"""Something in every table that the desk shows."""

import secrets
from typing import Any

from django.conf import settings
from django.utils import timezone

from console.tests.people import operator
from files import services as services_of_files
from files.tests.cast import SentFile
from kezproto.file_announcement import verify_file_announcement
from registry import services
from registry.models import AuditEntry, Handle, PendingRegistration, Reservation, TransparencyEntry
from registry.tests.cast import ALICE, BOB, MALLORY, registered, registration
from reports.models import Report


def a_row_of_each() -> dict[str, Any]:
    """By table, as in `registry_handle`."""
    alice = registered(ALICE, "alice")
    reservation = Reservation(name="town-hall")
    services.reserve_name(reservation, actor="shell:test")
    file = SentFile(ALICE, b"some bytes")
    services_of_files.announce_file(
        verify_file_announcement(file.announcement(), server=settings.KEZ_CHAT_SERVER, now=timezone.now()),
        now=timezone.now(),
    )
    bob = registered(BOB, "bobby")
    report = reported(bob, by=alice)
    pending = PendingRegistration.objects.create(
        local="mallory",
        primary_hex=MALLORY.primary.hex,
        registration=registration(MALLORY, "mallory"),
        asked_at=timezone.now(),
    )
    return {
        "reports_report": report,
        "registry_pendingregistration": pending,
        "registry_invite": services.make_invite(actor="shell:test", note="For the town.")[0],
        "files_attachment": file.row,
        "registry_handle": alice,
        "registry_reservation": reservation,
        "registry_auditentry": AuditEntry.objects.first(),
        "registry_transparencyentry": TransparencyEntry.objects.first(),
        "console_operator": operator("mo", "moderator"),
    }


def reported(handle: Handle, *, by: Handle) -> Report:
    """A new report."""
    now = timezone.now()
    return Report.objects.create(
        report_id=secrets.token_hex(16),
        reporter=by,
        handle=handle,
        category="spam",
        text="Sells followers.",
        created_at=now,
        changed_at=now,
    )
