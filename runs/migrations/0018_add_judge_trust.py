"""How far each judge was found to agree with people, and against whom it is measured."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_add_cache_table"),
        ("metrics", "0005_add_allowed_labels"),
        ("runs", "0017_keep_values_beside_scores"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TrustWork",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="trust_work",
                        serialize=False,
                        to="accounts.project",
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        blank=True, help_text="Empty: measured since it was asked for last.", null=True
                    ),
                ),
                ("measured_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "trust work",
                "indexes": [
                    models.Index(
                        condition=models.Q(("asked_at", None), _negated=True),
                        fields=["asked_at"],
                        name="runs_trust_work_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="JudgeReference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("human_threshold", models.FloatField(blank=True, null=True)),
                (
                    "compare_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("classes", "Each value is a class"),
                            ("order", "Values are steps of one order"),
                            ("verdict", "Pass or fail, each by its threshold"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "human_metric",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="metrics.metric",
                    ),
                ),
                (
                    "metric",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="metrics.metric"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judge_references",
                        to="accounts.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "metric"), name="runs_judge_reference_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("compare_as", ""), ("compare_as__in", ["classes", "order", "verdict"]), _connector="OR"
                        ),
                        name="runs_judge_reference_compare_as_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JudgeTrust",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("judge_model", models.CharField(blank=True, max_length=200)),
                (
                    "compare_as",
                    models.CharField(
                        choices=[
                            ("classes", "Each value is a class"),
                            ("order", "Values are steps of one order"),
                            ("verdict", "Pass or fail, each by its threshold"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "threshold",
                    models.FloatField(blank=True, help_text="Of the judge, when it was measured.", null=True),
                ),
                (
                    "classes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(),
                        blank=True,
                        default=list,
                        help_text="In order; of pass or fail 0 and 1.",
                        size=None,
                    ),
                ),
                ("n_rows", models.PositiveIntegerField()),
                (
                    "n_undecided",
                    models.PositiveIntegerField(default=0, help_text="Items of which people are of two minds."),
                ),
                ("agreement", models.FloatField(blank=True, null=True)),
                ("kappa", models.FloatField(blank=True, null=True)),
                ("kappa_low", models.FloatField(blank=True, null=True)),
                ("kappa_high", models.FloatField(blank=True, null=True)),
                ("rho", models.FloatField(blank=True, null=True)),
                ("rho_low", models.FloatField(blank=True, null=True)),
                ("rho_high", models.FloatField(blank=True, null=True)),
                ("n_people", models.PositiveIntegerField(default=0)),
                (
                    "n_by_several",
                    models.PositiveIntegerField(default=0, help_text="Items that more than one person judged."),
                ),
                ("people_agreement", models.FloatField(blank=True, null=True)),
                ("alpha", models.FloatField(blank=True, null=True)),
                ("alpha_low", models.FloatField(blank=True, null=True)),
                ("alpha_high", models.FloatField(blank=True, null=True)),
                ("run_items", models.BinaryField()),
                ("judge_values", models.BinaryField()),
                ("people_values", models.BinaryField()),
                ("people_passed", models.BinaryField()),
                ("measured_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "human_metric",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="metrics.metric",
                    ),
                ),
                (
                    "metric",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="metrics.metric"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="judge_trust", to="accounts.project"
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="metrics.metricrevision"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "judge trust",
                "ordering": ("project", "metric", "-revision", "-n_rows"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "metric", "revision", "judge_model"), name="runs_judge_trust_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("compare_as__in", ["classes", "order", "verdict"])),
                        name="runs_judge_trust_compare_as_known",
                    ),
                ],
            },
        ),
    ]
