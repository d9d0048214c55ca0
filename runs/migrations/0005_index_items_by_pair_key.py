"""The page of an item finds the same question in other versions of its dataset by its pair key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0004_index_runs_for_lists")]

    operations = [
        migrations.AddIndex("item", models.Index(fields=["version", "pair_key"], name="runs_item_of_pair")),
    ]
