"""Releases as marks in trends, and the verdicts of paired tests kept beside the runs."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_add_cache_table"),
        ("runs", "0012_freeze_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("released_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("note", models.TextField(blank=True)),
                ("link", models.URLField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "ordering": ("-released_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="RunVerdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("baseline", "Pinned baseline"), ("previous", "Run before")], max_length=8
                    ),
                ),
                ("measure", models.CharField(max_length=130)),
                ("items", models.PositiveIntegerField(default=0)),
                ("difference", models.FloatField(blank=True, null=True)),
                ("ci_low", models.FloatField(blank=True, null=True)),
                ("ci_high", models.FloatField(blank=True, null=True)),
                ("p", models.FloatField(blank=True, null=True)),
                ("adjusted_p", models.FloatField(blank=True, null=True)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("better", "Better"),
                            ("worse", "Worse"),
                            ("perhaps_better", "Perhaps better"),
                            ("perhaps_worse", "Perhaps worse"),
                            ("no_difference", "No difference shown"),
                            ("same", "The same"),
                            ("too_few", "Too few items"),
                            ("not_comparable", "Not comparable"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("absent", "the other run did not measure it"),
                            ("scale", "measured on another scale"),
                            ("revision", "another revision of the metric"),
                            ("judge", "another judge model"),
                            ("parameters", "other parameters of the metric"),
                            ("mixture", "made up of other metrics or weights"),
                            ("no_pairs", "no item was scored in both"),
                        ],
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ("run", "id"),
            },
        ),
        migrations.AddField(
            model_name="run",
            name="comparison_state",
            field=models.CharField(
                choices=[("due", "Due"), ("stale", "Stale"), ("done", "Done")],
                db_default="stale",
                default="stale",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="overall_high",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="overall_low",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(
                    models.Q(("comparison_state", "done"), _negated=True),
                    ("deleted_at", None),
                    ("state__in", ["finished", "partial"]),
                ),
                fields=["-id"],
                name="runs_run_to_compare",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("comparison_state__in", ["due", "stale", "done"])), name="runs_run_comparison_known"
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="releases", to="accounts.project"
            ),
        ),
        migrations.AddField(
            model_name="runverdict",
            name="against",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="verdicts_of_others", to="runs.run"
            ),
        ),
        migrations.AddField(
            model_name="runverdict",
            name="run",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="verdicts", to="runs.run"
            ),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(fields=["project", "-released_at"], name="runs_release_of_project"),
        ),
        migrations.AddConstraint(
            model_name="runverdict",
            constraint=models.UniqueConstraint(fields=("run", "side", "measure"), name="runs_verdict_once_per_measure"),
        ),
        migrations.AddConstraint(
            model_name="runverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["baseline", "previous"])), name="runs_verdict_side_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="runverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "verdict__in",
                        [
                            "better",
                            "worse",
                            "perhaps_better",
                            "perhaps_worse",
                            "no_difference",
                            "same",
                            "too_few",
                            "not_comparable",
                        ],
                    )
                ),
                name="runs_verdict_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="runverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason", ""),
                    models.Q(
                        ("reason__in", ["absent", "scale", "revision", "judge", "parameters", "mixture", "no_pairs"]),
                        ("verdict", "not_comparable"),
                    ),
                    _connector="OR",
                ),
                name="runs_verdict_reason_known",
            ),
        ),
    ]
