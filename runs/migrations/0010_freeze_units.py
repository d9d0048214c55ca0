"""A run keeps the unit of each metric: without it, numbers without a range say too little."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0009_track_calls"),
    ]

    operations = [
        migrations.AddField(
            model_name="runmetric",
            name="unit",
            field=models.CharField(blank=True, max_length=16),
        ),
    ]
