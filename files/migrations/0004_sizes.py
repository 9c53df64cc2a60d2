from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0003_quotas"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["size"], name="attachment_by_size"),
        ),
    ]
