"""Work for reviewers: queues of run items, and what each person has to say of which."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import runs.models.review_queue


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_add_cache_table"),
        ("metrics", "0005_add_allowed_labels"),
        ("runs", "0015_share_reports_and_pair_items"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewQueue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("instructions", models.TextField(blank=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("items", "Items one by one"), ("pairs", "Answers of two runs, blind")],
                        default="items",
                        max_length=8,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("open", "Open: the judge's scores and what others said are shown"),
                            ("blind", "Blind: both are hidden until the person has decided"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "assignment",
                    models.CharField(
                        choices=[
                            ("anyone", "Whoever comes first"),
                            ("fixed", "Every item to each of these people"),
                            ("round_robin", "In turn"),
                            ("by_load", "To those with the fewest open items"),
                        ],
                        default="anyone",
                        max_length=16,
                    ),
                ),
                ("reviewers_per_item", models.PositiveSmallIntegerField(default=1)),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("failing", "Failing items"),
                            ("below", "A metric falls short of a value"),
                            ("disagreement", "Judge and person disagree"),
                            ("flipped", "Flipped against the baseline"),
                            ("near", "Close to the threshold"),
                            ("all", "Any answered item"),
                            ("picked", "Picked by hand"),
                        ],
                        max_length=16,
                    ),
                ),
                ("rule_words", models.CharField(blank=True, help_text="What was chosen, in words.", max_length=500)),
                ("seed", models.PositiveIntegerField(default=runs.models.review_queue.new_seed)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "candidate",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="runs.run",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "metric",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="metrics.metric",
                    ),
                ),
                ("people", models.ManyToManyField(blank=True, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="review_queues", to="accounts.project"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="runs.run",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="ReviewTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.PositiveSmallIntegerField(default=0)),
                ("position", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("skipped", "Skipped")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("choice", models.CharField(blank=True, max_length=200)),
                (
                    "left",
                    models.CharField(
                        blank=True, choices=[("baseline", "Baseline"), ("candidate", "Candidate")], max_length=16
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("lock_until", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lock_holder",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "other_run_item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="runs.runitem",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="review_tasks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="runs.reviewqueue",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="runs.run"
                    ),
                ),
                (
                    "run_item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="review_tasks", to="runs.runitem"
                    ),
                ),
            ],
            options={
                "ordering": ("queue", "position", "slot"),
            },
        ),
        migrations.AddIndex(
            model_name="reviewqueue",
            index=models.Index(fields=["project", "-id"], name="runs_queue_of_project"),
        ),
        migrations.AddConstraint(
            model_name="reviewqueue",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["items", "pairs"])), name="runs_queue_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewqueue",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["open", "blind"])), name="runs_queue_mode_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewqueue",
            constraint=models.CheckConstraint(
                condition=models.Q(("assignment__in", ["anyone", "fixed", "round_robin", "by_load"])),
                name="runs_queue_assignment_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewqueue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rule__in", ["failing", "below", "disagreement", "flipped", "near", "all", "picked"])
                ),
                name="runs_queue_rule_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewqueue",
            constraint=models.CheckConstraint(
                condition=models.Q(("reviewers_per_item__gte", 1)), name="runs_queue_reviewers_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewtask",
            index=models.Index(fields=["queue", "state", "position"], name="runs_task_of_queue"),
        ),
        migrations.AddIndex(
            model_name="reviewtask",
            index=models.Index(fields=["person", "state"], name="runs_task_of_person"),
        ),
        migrations.AddConstraint(
            model_name="reviewtask",
            constraint=models.UniqueConstraint(fields=("queue", "run_item", "slot"), name="runs_task_slot_once"),
        ),
        migrations.AddConstraint(
            model_name="reviewtask",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", False)),
                fields=("queue", "run_item", "person"),
                name="runs_task_person_once_per_item",
                violation_error_message="This person has the item already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewtask",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "done", "skipped"])), name="runs_task_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewtask",
            constraint=models.CheckConstraint(
                condition=models.Q(("left", ""), ("left__in", ["baseline", "candidate"]), _connector="OR"),
                name="runs_task_left_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewtask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("other_run_item", None),
                    models.Q(("other_run_item", models.F("run_item")), _negated=True),
                    _connector="OR",
                ),
                name="runs_task_pair_of_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewtask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    models.Q(models.Q(("choice", ""), _negated=True), ("done_at__isnull", False)),
                    _connector="OR",
                ),
                name="runs_task_done_says_what",
            ),
        ),
    ]
