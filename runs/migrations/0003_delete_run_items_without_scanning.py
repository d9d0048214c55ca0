"""Deleting a run item must not scan a big table for rows that point at it: the bulk tables are keyed by run first."""

from django.db import migrations, models
from django.db.models.deletion import CASCADE


class Migration(migrations.Migration):
    dependencies = [("runs", "0002_keep_packed_columns_uncompressed")]

    operations = [
        migrations.AlterField(
            "score",
            "run_item",
            models.ForeignKey(
                on_delete=CASCADE, related_name="scores", db_index=False, db_constraint=False, to="runs.runitem"
            ),
        ),
        migrations.AlterField(
            "judgecall",
            "run_item",
            models.ForeignKey(
                on_delete=CASCADE, related_name="judge_calls", db_index=False, db_constraint=False, to="runs.runitem"
            ),
        ),
        migrations.AlterField(
            "judgecall",
            "run_metric",
            models.ForeignKey(
                on_delete=CASCADE, related_name="+", db_index=False, db_constraint=False, to="runs.runmetric"
            ),
        ),
        migrations.AlterField(
            "override",
            "run_item",
            models.ForeignKey(on_delete=CASCADE, related_name="overrides", to="runs.runitem"),
        ),
        migrations.AddField(
            "runbatch",
            "writes",
            models.PositiveIntegerField(
                default=0, help_text="Raised by every write, so that a reader sees that the columns are newer."
            ),
        ),
    ]
