"""Indexes that lists of runs read: the newest finished run of a dataset, and a run's means by metric."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0003_delete_run_items_without_scanning")]

    operations = [
        migrations.RemoveConstraint(model_name="runmetric", name="runs_run_metric_key_once"),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["dataset", "-id"],
                condition=models.Q(deleted_at=None, state__in=["finished", "partial"]),
                name="runs_run_finished_of_dataset",
            ),
        ),
        migrations.AddConstraint(
            model_name="runmetric",
            constraint=models.UniqueConstraint(
                fields=("run", "key"), include=("mean",), name="runs_run_metric_key_once"
            ),
        ),
    ]
