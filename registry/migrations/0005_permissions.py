from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_guard_entries")]

    operations = [
        migrations.AlterModelOptions(
            name="auditentry",
            options={
                "ordering": ("-seq",),
                "permissions": (("export_auditentry", "Can check and export the audit trail"),),
                "verbose_name_plural": "audit entries",
            },
        ),
        migrations.AlterModelOptions(
            name="handle",
            options={
                "ordering": ("local",),
                "permissions": (
                    ("moderate_handle", "Can suspend, reinstate and note handles"),
                    ("release_handle", "Can release handles for good and mark them as well known"),
                ),
            },
        ),
        migrations.AlterModelOptions(
            name="invite",
            options={
                "ordering": ("-created_at", "-pk"),
                "permissions": (("revoke_invite", "Can withdraw invites"),),
            },
        ),
    ]
