"""A project may call a metric by a name of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0003_move_structure_to_other_when_undone"),
    ]

    operations = [
        migrations.AddField(
            model_name="projectmetric",
            name="name",
            field=models.CharField(blank=True, default="", help_text="Empty: the metric's own.", max_length=200),
        ),
    ]
