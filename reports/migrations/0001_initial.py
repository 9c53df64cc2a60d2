import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0004_guard_entries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "report_id",
                    models.CharField(
                        help_text="32 hex digits that the reporter's client drew at random.", max_length=32
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("spam", "spam or scam"),
                            ("harassment", "harassment or threats"),
                            ("impersonation", "pretends to be somebody else"),
                            ("illegal", "illegal content"),
                            ("other", "something else"),
                        ],
                        db_index=True,
                        max_length=32,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                (
                    "message_count",
                    models.PositiveSmallIntegerField(default=0, verbose_name="opened messages"),
                ),
                ("document", models.JSONField(help_text="The signed report.", null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("assigned", "Assigned"),
                            ("resolved", "Resolved"),
                            ("rejected", "Rejected"),
                        ],
                        default="new",
                        max_length=16,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(blank=True, help_text="The reporter reads it.", max_length=1000),
                ),
                ("created_at", models.DateTimeField(db_index=True)),
                ("changed_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                (
                    "handle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports_received",
                        to="registry.handle",
                        verbose_name="reported handle",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports_made",
                        to="registry.handle",
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "-pk"),
                "permissions": (("handle_report", "Can take, resolve and reject reports"),),
                "indexes": [models.Index(fields=["state", "created_at"], name="report_queue")],
                "constraints": [
                    models.UniqueConstraint(fields=("reporter", "report_id"), name="a_report_is_stored_once")
                ],
            },
        ),
    ]
