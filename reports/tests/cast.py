"""Who plays in the reports' tests, and what they sign."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from kezproto.bodies import text_body
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey
from kezproto.messages import message_payload, uuid7
from kezproto.report import report_payload
from kezproto.signed import sign
from registry.tests.cast import name

SENT = timedelta(days=3)


def message(
    sender: SigningKey, to: Primary, text: str, *, local: str = "mallory", seq: int = 1
) -> dict[str, Any]:
    """What somebody wrote to somebody, some days ago."""
    at = timezone.now() - SENT + timedelta(seconds=seq)
    payload = message_payload(
        id=uuid7(at, secrets.token_bytes(10)),
        sender=sender.primary,
        sender_handle=name(local),
        to=to,
        device="00000000000000aa",
        seq=seq,
        prev=None if seq == 1 else "sha256:" + "00" * 32,
        chain=None,
        created_at=at,
        body=text_body(text),
    )
    return sign("message", payload, sender)


def report(
    reporter: SigningKey,
    reported: SigningKey,
    *,
    handle: str = "alice",
    about: str = "mallory",
    messages: Sequence[dict[str, Any]] = (),
    report_id: str | None = None,
    category: str = "harassment",
    text: str = "Every day.",
    server: str | None = None,
    at: datetime | None = None,
) -> dict[str, Any]:
    """A valid report, unless what is given makes it another."""
    payload = report_payload(
        report_id=report_id or secrets.token_hex(16),
        handle=name(handle, server),
        primary=reporter.primary,
        reported=Handle(about, name(handle, server).server),
        reported_primary=reported.primary,
        category=category,
        text=text,
        messages=messages,
        created_at=at or timezone.now(),
    )
    return sign("report", payload, reporter)
