"""Run as a process on an empty SQLite database: makes it as a release left it, fills it, migrates it to now.

python -m tests.upgrade_steps '{"registry": "0006_indexes", …}' prints what was there before and after, as JSON.
"""

import json
import sys
from datetime import UTC, datetime
from typing import Any

import django

AT = datetime(2026, 11, 28, 5, tzinfo=UTC)
# One statement for each table that has changed since, in the words of that release.
IN_THE_WORDS_OF_THEN = (
    "INSERT INTO console_sample (at, handles, waiting, broker_version) VALUES (%s, 2, 7, '2.15.1')",
)


def main(release: dict[str, str]) -> None:
    django.setup()
    from django.core.management import call_command

    for app, migration in release.items():
        call_command("migrate", app, migration, verbosity=0)
    fill()
    before = {"rows": rows(), "columns": columns()}
    call_command("migrate", verbosity=0)
    after = {"rows": rows(), "columns": columns()}
    old_processes_still_write(2)
    json.dump({"before": before, "after": after, "samples": count("console_sample")}, sys.stdout)


def fill() -> None:
    """Through the rooms' own verbs, as far as their tables are still what they were."""
    from chatbridge.models import Device
    from files.models import Attachment
    from registry import services
    from registry.tests.cast import ALICE, BOB, registered

    alice, _ = registered(ALICE, "alice"), registered(BOB, "bob")
    services.suspend_handle(alice, actor="operator:olga", reason="Spam.")
    Device.objects.create(
        primary_hex=BOB.primary.hex, device="00000000000000aa", cursor=41, created=AT, last_seen=AT
    )
    Attachment.objects.create(
        file_id="ab" * 16,
        uploader_hex=BOB.primary.hex,
        size=5,
        chunks=1,
        digest=f"blake3:{'cd' * 32}",
        access=f"blake3:{'ef' * 32}",
        announcement={},
        state="ready",
        received="8".ljust(Attachment._meta.get_field("received").max_length or 0, "0"),
        announced_at=AT,
        changed_at=AT,
        ready_at=AT,
    )
    old_processes_still_write(1)


def old_processes_still_write(minute: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in IN_THE_WORDS_OF_THEN:
            cursor.execute(statement, [AT.replace(minute=minute)])


def rows() -> dict[str, Any]:
    """What must be the same before and after."""
    from chatbridge.models import Device
    from files.models import Attachment
    from registry import audit
    from registry.models import Handle, TransparencyEntry

    end = audit.verify_trail()
    return {
        "handles": list(Handle.objects.order_by("pk").values_list("local", "primary_hex", "status")),
        "devices": list(Device.objects.values_list("device", "cursor")),
        "files": list(Attachment.objects.values_list("file_id", "state", "digest")),
        "trail": repr(end),
        "public_log": list(TransparencyEntry.objects.values_list("seq", "action", "handle")),
    }


def columns() -> dict[str, dict[str, bool]]:
    """By table: its columns, and whether a row may leave each out."""
    from django.db import connection

    found: dict[str, dict[str, bool]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'PRAGMA table_info("{table}")')
            found[table] = {
                name: not required or default is not None or bool(key)
                for _, name, _, required, default, key in cursor.fetchall()
            }
    return found


def count(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own name
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
