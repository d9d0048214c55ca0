"""Metrics about the form of an output have a category, and those about time and cost a need, of their own."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("metrics", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="metric",
            name="metrics_metric_category_known",
        ),
        migrations.AlterField(
            model_name="metric",
            name="category",
            field=models.CharField(
                choices=[
                    ("heuristic", "Text match"),
                    ("structure", "Structure"),
                    ("quality", "Quality"),
                    ("factual", "Factual"),
                    ("rag", "Retrieval"),
                    ("specialized", "Specialized"),
                    ("safety", "Safety"),
                    ("operations", "Operations"),
                    ("data_quality", "Data quality"),
                    ("other", "Other"),
                ],
                default="other",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="metricrevision",
            name="needs",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("expected", "Expected"),
                        ("context", "Context"),
                        ("tools", "Tool calls"),
                        ("latency", "Measured time"),
                        ("cost", "Known price"),
                    ],
                    max_length=16,
                ),
                blank=True,
                default=list,
                size=None,
            ),
        ),
        migrations.AddConstraint(
            model_name="metric",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "category__in",
                        [
                            "heuristic",
                            "structure",
                            "quality",
                            "factual",
                            "rag",
                            "specialized",
                            "safety",
                            "operations",
                            "data_quality",
                            "other",
                        ],
                    )
                ),
                name="metrics_metric_category_known",
            ),
        ),
    ]
