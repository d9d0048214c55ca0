"""A category says which of its labels pass."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0004_name_project_metrics"),
    ]

    operations = [
        migrations.AddField(
            model_name="metricrevision",
            name="allowed",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200),
                blank=True,
                default=list,
                help_text="Those of the labels that pass.",
                size=None,
            ),
        ),
    ]
