"""What has to hold of a run that asked endpoints, whatever happened to it on the way."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, F, Sum

from runs.models import JudgeCall, Run, RunItem, Score
from tests.runs.execution.scenes import (
    assert_columns_equal_scores,
    assert_counters_equal_rows,
    assert_whole,
    reload,
)


def assert_sound(run: Run, *, is_whole: bool = True) -> None:
    """Nothing doubled, counters as the rows, columns as the scores; of a whole run also nothing missing."""
    run = reload(run)
    if is_whole:
        assert_whole(run)
    else:
        assert_counters_equal_rows(run)
        assert_columns_equal_scores(run)
    _assert_summaries(run)
    _assert_answers_counted(run)
    assert not run.batches.filter(in_flight__gt=0).exists()
    of_no_score = JudgeCall.objects.filter(run=run).exclude(
        run_item_id__in=Score.objects.filter(run=run).values("run_item_id")
    )
    assert not of_no_score.exists()


def _assert_summaries(run: Run) -> None:
    """Each metric's counts are those of its scores."""
    stored = Score.objects.filter(run=run).values_list("run_metric_id", "status").annotate(n=Count("run_item_id"))
    counted = {(metric_id, status): n for metric_id, status, n in stored}
    for metric in run.run_metrics.all():
        for status, n in (
            ("scored", metric.n_scored),
            ("unscored", metric.n_unscored),
            ("errored", metric.n_errored),
        ):
            assert counted.get((metric.pk, status), 0) == n, (metric.key, status)


def _assert_answers_counted(run: Run) -> None:
    answered = RunItem.objects.filter(run=run).exclude(state="running").count()
    assert (run.batches.aggregate(n=Sum("n_answered"))["n"] or 0) == answered


def cost_of_rows(run: Run) -> Decimal:
    """What the run's answers and scores say they cost."""
    answers = RunItem.objects.filter(run=run).aggregate(cost=Sum("cost"))["cost"] or Decimal(0)
    scores = Score.objects.filter(run=run).aggregate(cost=Sum("cost"))["cost"] or Decimal(0)
    return Decimal(answers + scores)


def cost_of_batches(run: Run) -> Decimal:
    """What was counted while it was spent."""
    return Decimal(run.batches.aggregate(cost=Sum(F("target_cost") + F("judge_cost")))["cost"] or 0)
