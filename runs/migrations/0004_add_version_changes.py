"""What a version added, removed and changed is counted once, when it is stored."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0003_delete_run_items_without_scanning")]

    operations = [
        migrations.AddField(
            model_name="datasetversion",
            name="changes",
            field=models.JSONField(default=dict),
        ),
    ]
