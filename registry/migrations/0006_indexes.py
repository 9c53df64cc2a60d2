from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0005_permissions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["action", "seq"], name="audit_by_action"),
        ),
    ]
