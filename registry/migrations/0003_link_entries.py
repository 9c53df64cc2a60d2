"""Numbers and links the entries that were written before entries were linked; gives names their skeletons."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from kezproto.canonical import sha256_of
from kezproto.timestamps import format_timestamp
from registry.skeletons import skeleton


def link_entries(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    entries = apps.get_model("registry", "AuditEntry")._base_manager
    prev = ""
    for seq, entry in enumerate(entries.order_by("at", "pk").iterator(), start=1):
        document = {
            "at": format_timestamp(entry.at),
            "actor": entry.actor,
            "action": entry.action,
            "name": entry.name,
            "handle": entry.handle_id,
            "reason": entry.reason,
            "seq": seq,
            "prev": prev or None,
        }
        entries.filter(pk=entry.pk).update(seq=seq, prev=prev, hash=sha256_of(document))
        prev = sha256_of(document)


def fill_skeletons(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for model, field in (("Handle", "local"), ("Reservation", "name")):
        rows = apps.get_model("registry", model)._base_manager
        for pk, name in rows.values_list("pk", field).iterator():
            rows.filter(pk=pk).update(skeleton=skeleton(name))


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_operators")]

    operations = [
        migrations.RunPython(link_entries, migrations.RunPython.noop),
        migrations.RunPython(fill_skeletons, migrations.RunPython.noop),
    ]
