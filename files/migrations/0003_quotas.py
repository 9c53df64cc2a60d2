import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0002_shared_files"),
        ("registry", "0006_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Quota",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("in_flight_bytes", models.PositiveBigIntegerField(null=True)),
                ("stored_bytes", models.PositiveBigIntegerField(null=True)),
                ("files_per_day", models.PositiveIntegerField(null=True)),
            ],
            options={
                "permissions": (("set_quota", "Can set quotas of handles"),),
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["announced_at"], name="attachment_by_day"),
        ),
        migrations.AddField(
            model_name="quota",
            name="handle",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="quota", to="registry.handle"
            ),
        ),
    ]
