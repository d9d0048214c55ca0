"""A review numbers its steps, a run metric knows what people said of it, and added items are remembered."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0005_add_allowed_labels"),
        ("runs", "0016_add_review_queues"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DatasetAddition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.AddField(
            model_name="reviewchange",
            name="metric",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="metrics.metric",
            ),
        ),
        migrations.AddField(
            model_name="reviewchange",
            name="version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="runmetric",
            name="corrected_mean",
            field=models.FloatField(blank=True, help_text="The mean with people's values for those.", null=True),
        ),
        migrations.AddField(
            model_name="runmetric",
            name="n_overridden",
            field=models.PositiveIntegerField(default=0, help_text="Run items with a person's value."),
        ),
        migrations.AddIndex(
            model_name="override",
            index=models.Index(
                condition=models.Q(("is_current", True)), fields=["run", "metric"], name="runs_override_of_metric"
            ),
        ),
        migrations.AddField(
            model_name="datasetaddition",
            name="added_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="datasetaddition",
            name="run",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="runs.run"
            ),
        ),
        migrations.AddField(
            model_name="datasetaddition",
            name="run_item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="additions", to="runs.runitem"
            ),
        ),
        migrations.AddField(
            model_name="datasetaddition",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="additions", to="runs.datasetversion"
            ),
        ),
        migrations.AddConstraint(
            model_name="datasetaddition",
            constraint=models.UniqueConstraint(fields=("run_item", "version"), name="runs_addition_once"),
        ),
    ]
