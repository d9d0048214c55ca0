"""Batches count their calls and what they cost, judges keep every call, and what went wrong is found by its cause."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0008_add_evaluation_schedule"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="judgecall",
            name="runs_judge_call_once_per_score",
        ),
        migrations.AddField(
            model_name="judgecall",
            name="attempt",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="halt_reason",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Why workers stopped the run by themselves; empty otherwise.",
            ),
        ),
        migrations.AddField(
            model_name="runbatch",
            name="in_flight",
            field=models.PositiveIntegerField(db_default=0, default=0, help_text="Calls under way at the last write."),
        ),
        migrations.AddField(
            model_name="runbatch",
            name="input_tokens",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="runbatch",
            name="judge_cost",
            field=models.DecimalField(db_default=0, decimal_places=6, default=0, max_digits=14),
        ),
        migrations.AddField(
            model_name="runbatch",
            name="n_answered",
            field=models.PositiveIntegerField(db_default=0, default=0, help_text="Run items with their answer."),
        ),
        migrations.AddField(
            model_name="runbatch",
            name="n_cached",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="runbatch",
            name="n_calls",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="runbatch",
            name="n_rate_limited",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="runbatch",
            name="n_retries",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="runbatch",
            name="output_tokens",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="runbatch",
            name="target_cost",
            field=models.DecimalField(db_default=0, decimal_places=6, default=0, max_digits=14),
        ),
        migrations.AddIndex(
            model_name="runitem",
            index=models.Index(
                condition=models.Q(("state", "errored")), fields=["run", "error_code"], name="runs_run_item_errors"
            ),
        ),
        migrations.AddIndex(
            model_name="score",
            index=models.Index(
                condition=models.Q(("status", "scored"), _negated=True),
                fields=["run", "reason"],
                name="runs_score_without_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="judgecall",
            constraint=models.UniqueConstraint(
                fields=("run", "run_item", "run_metric", "attempt"), name="runs_judge_call_attempt_once"
            ),
        ),
    ]
