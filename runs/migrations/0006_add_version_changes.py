"""What a version added, removed and changed is counted once, when it is stored."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0005_index_items_by_pair_key")]

    operations = [
        migrations.AddField(
            model_name="datasetversion",
            name="changes",
            field=models.JSONField(default=dict),
        ),
    ]
