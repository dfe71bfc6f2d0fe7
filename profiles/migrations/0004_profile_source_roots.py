from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("profiles", "0003_capture_directories")]

    operations = [
        migrations.AddField(
            model_name="profile",
            name="source_roots",
            field=models.JSONField(blank=True, default=dict),
        )
    ]
