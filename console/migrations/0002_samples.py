from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("console", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(unique=True)),
                (
                    "hour",
                    models.DateTimeField(
                        help_text="Of the first one in an hour: kept for longer.", null=True, unique=True
                    ),
                ),
                (
                    "handles",
                    models.PositiveBigIntegerField(
                        help_text="Ever registered, whatever became of them.", null=True
                    ),
                ),
                ("active_handles", models.PositiveBigIntegerField(null=True)),
                (
                    "inboxes",
                    models.PositiveBigIntegerField(
                        help_text="With a device that was seen within a day.", null=True
                    ),
                ),
                (
                    "messages",
                    models.PositiveBigIntegerField(
                        help_text="Ever taken by the stream of inboxes.", null=True
                    ),
                ),
                (
                    "waiting",
                    models.PositiveBigIntegerField(help_text="Messages that the broker holds.", null=True),
                ),
                (
                    "chunks",
                    models.PositiveBigIntegerField(help_text="Chunks that the broker holds.", null=True),
                ),
                (
                    "broker_bytes",
                    models.PositiveBigIntegerField(help_text="What JetStream has on its disk.", null=True),
                ),
                (
                    "broker_room",
                    models.PositiveBigIntegerField(help_text="What it may have there.", null=True),
                ),
                ("broker_version", models.CharField(blank=True, max_length=32)),
                (
                    "files",
                    models.PositiveBigIntegerField(help_text="Attachments that are stored.", null=True),
                ),
                ("file_bytes", models.PositiveBigIntegerField(null=True)),
                (
                    "file_room",
                    models.PositiveBigIntegerField(help_text="Free for more; only of a folder.", null=True),
                ),
                (
                    "tasks",
                    models.PositiveBigIntegerField(help_text="Tasks that wait for a worker.", null=True),
                ),
            ],
            options={
                "ordering": ("-at",),
                "permissions": (("see_dashboard", "Can see the dashboard"),),
                "default_permissions": (),
            },
        ),
    ]
