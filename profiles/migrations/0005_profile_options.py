from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("profiles", "0004_profile_source_roots")]

    operations = [
        migrations.AddField(
            model_name="profile",
            name="options",
            field=models.JSONField(blank=True, default=dict),
        )
    ]
