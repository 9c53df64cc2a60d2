import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import registry.models.fields
import registry.models.reservations


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TransparencyEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "seq",
                    models.PositiveBigIntegerField(
                        help_text="Counts from 1 without gaps.", unique=True, verbose_name="number"
                    ),
                ),
                (
                    "prev",
                    models.CharField(
                        blank=True, help_text="Hash of the entry before; empty in the first.", max_length=71
                    ),
                ),
                (
                    "hash",
                    models.CharField(
                        help_text="sha256 over this entry and the hash before it.", max_length=71
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("suspended", "Suspended"),
                            ("reinstated", "Reinstated"),
                            ("released", "Released"),
                            ("reserved", "Reserved"),
                            ("unreserved", "Unreserved"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "handle",
                    models.CharField(
                        blank=True, help_text="Empty where only a number is public.", max_length=32
                    ),
                ),
                (
                    "count",
                    models.PositiveIntegerField(
                        default=1, help_text="How many names it was done to at once."
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "transparency entries",
                "ordering": ("-seq",),
            },
        ),
        migrations.AlterModelOptions(
            name="auditentry",
            options={"ordering": ("-seq",), "verbose_name_plural": "audit entries"},
        ),
        migrations.AddField(
            model_name="auditentry",
            name="hash",
            field=models.CharField(
                default="", help_text="sha256 over this entry and the hash before it.", max_length=71
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="prev",
            field=models.CharField(
                blank=True, help_text="Hash of the entry before; empty in the first.", max_length=71
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="seq",
            # Numbered by 0003, unique from 0004 on.
            field=models.PositiveBigIntegerField(
                null=True, help_text="Counts from 1 without gaps.", verbose_name="number"
            ),
        ),
        migrations.AddField(
            model_name="handle",
            name="skeleton",
            field=registry.models.fields.SkeletonField(
                db_index=True, default="", editable=False, max_length=32, of="local"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="handle",
            name="well_known",
            field=models.BooleanField(
                default=False, help_text="Nobody can register a name that looks alike."
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="expires_at",
            field=models.DateTimeField(
                blank=True, help_text="From then on the name is free again; empty: never.", null=True
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="is_pattern",
            field=models.BooleanField(db_index=True, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="reservation",
            name="primary_hex",
            field=models.CharField(
                blank=True,
                help_text="64 hex digits. Only this key can claim the name; empty: nobody can.",
                max_length=64,
                validators=[registry.models.reservations.validate_primary_hex],
                verbose_name="for the key",
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("registered", "Registered"),
                    ("asked", "asked to register"),
                    ("suspended", "Suspended"),
                    ("reinstated", "Reinstated"),
                    ("released", "Released"),
                    ("noted", "Noted"),
                    ("well_known", "marked as well known"),
                    ("not_well_known", "no longer marked as well known"),
                    ("reserved", "Reserved"),
                    ("unreserved", "Unreserved"),
                    ("invited", "invite made"),
                    ("invite_revoked", "Invite Revoked"),
                    ("approved", "Approved"),
                    ("declined", "Declined"),
                    ("report_assigned", "Report Assigned"),
                    ("report_unassigned", "Report Unassigned"),
                    ("report_resolved", "Report Resolved"),
                    ("report_rejected", "Report Rejected"),
                    ("report_reopened", "Report Reopened"),
                    ("file_removed", "File Removed"),
                    ("quota_set", "Quota Set"),
                    ("role_set", "Role Set"),
                    ("second_factor_reset", "Second Factor Reset"),
                    ("exported", "Exported"),
                ],
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="at",
            field=models.DateTimeField(db_index=True, default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="name",
            field=models.CharField(
                db_index=True, help_text="What it was done to, mostly a handle.", max_length=64
            ),
        ),
        migrations.AlterField(
            model_name="handle",
            name="registered_at",
            field=models.DateTimeField(db_index=True),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="name",
            field=models.CharField(
                help_text="Lower case, as a handle is written; * stands for any characters. Look-alikes are reserved with it.",
                max_length=40,
                unique=True,
                validators=[registry.models.reservations.validate_name_or_pattern],
                verbose_name="name or pattern",
            ),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="skeleton",
            field=registry.models.fields.SkeletonField(
                db_index=True, editable=False, max_length=40, of="name"
            ),
        ),
        migrations.CreateModel(
            name="Invite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "hint",
                    models.CharField(
                        editable=False, help_text="The last characters of the code.", max_length=8
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="For whom it is; other operators read it.", max_length=200
                    ),
                ),
                ("uses_allowed", models.PositiveIntegerField(default=1, verbose_name="uses")),
                ("uses", models.PositiveIntegerField(default=0, editable=False, verbose_name="used")),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, help_text="Empty: it does not expire.", null=True),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("created_by", models.CharField(editable=False, max_length=200)),
                ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ("-created_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("uses__lte", models.F("uses_allowed"))),
                        name="invite_not_overused",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="handle",
            name="invite",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handles",
                to="registry.invite",
            ),
        ),
        migrations.CreateModel(
            name="PendingRegistration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("local", models.CharField(max_length=32, verbose_name="handle")),
                ("primary_hex", models.CharField(db_index=True, max_length=64, verbose_name="key")),
                ("registration", models.JSONField(help_text="The signed object that claims the handle.")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("approved", "Approved"), ("declined", "Declined")],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.CharField(blank=True, max_length=200)),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Of a refusal: the person who asked reads it.", max_length=500
                    ),
                ),
                (
                    "handle",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pending",
                        to="registry.handle",
                    ),
                ),
            ],
            options={
                "ordering": ("asked_at", "pk"),
                "permissions": (("decide_registration", "Can approve and decline registrations"),),
                "indexes": [models.Index(fields=["state", "asked_at"], name="pending_queue")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("local",),
                        name="one_waits_for_a_name",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("primary_hex",),
                        name="a_key_waits_once",
                    ),
                ],
            },
        ),
    ]
