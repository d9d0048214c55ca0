"""Ending a run, once: columns joined, summaries of its metrics, grade inputs, and the state it ends in."""

from __future__ import annotations

import numpy as np
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Now
from numpy.typing import NDArray

from metrics.aggregation import run_overall
from metrics.choices import ValueType
from metrics.criterion import PASSED
from metrics.scale import TOLERANCE
from metrics.statistics.summary import summarise
from runs.choices import BatchState, ComparisonState, RunState
from runs.columns import ERRORED, PASSED_NO, SCORED, UNSCORED, RunColumns, cache, read_columns
from runs.execution.spending import Spending, spending_per_metric
from runs.histograms import histogram_of
from runs.insights.wanted import want_insights
from runs.models import LentKey, Run, RunBatch, RunMetric, TrustWork
from runs.overrides import Corrections, corrected_mean, corrections_of
from runs.packing import join_chunks
from runs.webhook_events import emit_run_over

_WORKING = Q(state=BatchState.RUNNING)
_TO_DO = Q(state=BatchState.WAITING)


def closable_runs() -> Q:
    """Runs of which no batch is worked on, and of a run that goes on, none waits either."""
    batches = RunBatch.objects.filter(run=OuterRef("pk"))
    rests = ~Exists(batches.filter(_WORKING))
    complete = Q(state__in=(RunState.ANSWERING, RunState.SCORING)) & Exists(batches) & ~Exists(batches.filter(_TO_DO))
    return Q(deleted_at=None) & Q(rests) & (Q(state=RunState.CANCELLING) | complete)


def close_run(run_id: int) -> bool:
    """Close the run if nothing is left to do; False when something is, or another worker was first."""
    # Asked without holding the run first: after most batches the answer is no, and others are writing.
    return Run.objects.filter(closable_runs(), pk=run_id).exists() and _close_once(run_id)


@transaction.atomic
def _close_once(run_id: int) -> bool:
    """Close the run, or see that another worker has.

    The run's row is held meanwhile, so that two who finish together close it one after the other, and the second finds
    it closed.
    """
    if not Run.objects.select_for_update().filter(pk=run_id, deleted_at=None).exists():
        return False
    run = Run.objects.filter(closable_runs(), pk=run_id).first()
    if run is None:
        return False
    run_metrics = list(run.run_metrics.all())
    join_chunks(run, metric_ids=[metric.pk for metric in run_metrics])
    run.refresh_from_db(fields=["columns_version"])
    columns = read_columns(run)
    said = corrections_of(run, run_metrics)
    spending = spending_per_metric(run) if run.batches.filter(n_calls__gt=0).exists() else {}
    for metric in run_metrics:
        spent = spending.get(metric.pk, Spending())
        _summarise_metric(metric, columns, repeats=run.repeats, spending=spent)
        _summarise_people(metric, columns, said.get(metric.pk))
    _summarise_run(run, run_metrics, columns)
    LentKey.objects.filter(run=run).delete()
    if run.execution:
        run.execution.settle()
    want_insights([run.pk])
    if run.is_finished:
        _await_comparison(run)
    else:
        emit_run_over(run, run_metrics)
    if run.overrides.exists():
        TrustWork.objects.ask(run.project_id)
    cache.clear()  # a worker does not look at them again
    return True


def _await_comparison(run: Run) -> None:
    """Leave the run, which is told of when it is compared, and the next in its line, for which it is the one before."""
    Run.objects.filter(pk=run.pk).update(comparison_state=ComparisonState.DUE)
    behind = Run.objects.in_line_with(run).filter(pk__gt=run.pk).order_by("pk").values("pk")[:1]
    Run.objects.filter(pk__in=behind).mark_stale()


def _summarise_metric(metric: RunMetric, columns: RunColumns, *, repeats: int, spending: Spending) -> None:
    values, statuses = columns.values(metric.pk), columns.statuses(metric.pk)
    criterion = metric.criterion
    counted = criterion.counted(values)
    summary = summarise(counted, is_share=_is_share(metric, counted), repeats=repeats)
    metric.n_scored = int(np.count_nonzero(statuses == SCORED))
    metric.n_unscored = int(np.count_nonzero(statuses == UNSCORED))
    metric.n_errored = int(np.count_nonzero(statuses == ERRORED))
    metric.n_passed = int(np.count_nonzero(criterion.passing(values) == PASSED))
    metric.mean, metric.variance = summary.mean, summary.variance
    metric.ci_low, metric.ci_high = summary.ci_low, summary.ci_high
    metric.minimum, metric.maximum = summary.minimum, summary.maximum
    metric.histogram = histogram_of(metric, values, summary)
    metric.input_tokens, metric.output_tokens = spending.input_tokens, spending.output_tokens
    metric.cost, metric.duration_ms = spending.cost, spending.duration_ms
    metric.save(
        update_fields=[
            *("n_scored", "n_unscored", "n_errored", "n_passed", "mean", "variance"),
            *("ci_low", "ci_high", "minimum", "maximum", "histogram"),
            *("input_tokens", "output_tokens", "cost", "duration_ms"),
        ]
    )


def _summarise_people(metric: RunMetric, columns: RunColumns, said: Corrections | None) -> None:
    """What the mean would be with people's values, which a run that is scored again keeps."""
    if said is None and not metric.n_overridden:
        return
    metric.n_overridden = said.places.size if said else 0
    metric.corrected_mean = corrected_mean(metric, columns, said) if said else None
    metric.save(update_fields=["n_overridden", "corrected_mean"])


def _is_share(metric: RunMetric, values: NDArray[np.float64]) -> bool:
    """Whether the values are yes or no, also of a metric that could have said something between."""
    if metric.value_type in {ValueType.BOOLEAN, ValueType.CATEGORY}:
        return True
    return (metric.range_min, metric.range_max) == (0, 1) and bool(
        ((values == 0) | (values == 1) | np.isnan(values)).all()
    )


def _summarise_run(run: Run, run_metrics: list[RunMetric], columns: RunColumns) -> None:
    statuses = [columns.statuses(metric.pk) for metric in run_metrics]
    totals = run.batches.aggregate(
        done=Sum("n_done"),
        input_tokens=Sum("input_tokens"),
        output_tokens=Sum("output_tokens"),
        cost=Sum(F("target_cost") + F("judge_cost")),
    )
    run.done_count, run.cost = totals["done"] or 0, totals["cost"] or 0
    run.input_tokens, run.output_tokens = totals["input_tokens"] or 0, totals["output_tokens"] or 0
    run.scored_count = _count_any(statuses, SCORED)
    run.errored_count = _count_any(statuses, ERRORED)
    run.failing_count = int(np.count_nonzero(columns.passed == PASSED_NO))
    run.overall = run_overall(
        [metric.mean for metric in run_metrics],
        [metric.scale for metric in run_metrics],
        [metric.weight for metric in run_metrics],
    )
    run.overall_low, run.overall_high = _overall_interval(run, columns)
    run.passed = _passed(run, run_metrics)
    run.error = _error(run)
    run.state = _final_state(run, run_metrics)
    run.save(
        update_fields=[
            *("done_count", "scored_count", "errored_count", "failing_count"),
            *(
                "overall",
                "overall_low",
                "overall_high",
                "passed",
                "error",
                "state",
                "input_tokens",
                "output_tokens",
                "cost",
            ),
        ]
    )
    Run.objects.filter(pk=run.pk).update(finished_at=Now())


def _overall_interval(run: Run, columns: RunColumns) -> tuple[float | None, float | None]:
    """The interval of the items' overall scores, laid around the run's; the means differ where scores are missing."""
    found = summarise(columns.overall, is_share=False, repeats=run.repeats)
    if run.overall is None or found.mean is None or found.ci_low is None or found.ci_high is None:
        return None, None
    moved = run.overall - found.mean
    return max(0.0, found.ci_low + moved), min(1.0, found.ci_high + moved)


def _count_any(statuses: list[NDArray[np.int8]], status: int) -> int:
    """Items at which at least one metric has the status."""
    if not statuses:
        return 0
    return int(np.count_nonzero(np.logical_or.reduce([column == status for column in statuses])))


def _passed(run: Run, run_metrics: list[RunMetric]) -> bool | None:
    """By the star metric's mean where there is one, else by the overall score; None where there is no number."""
    star = next((metric for metric in run_metrics if metric.is_star), None)
    if star is None:
        return None if run.overall is None else run.overall >= run.quality_threshold - TOLERANCE
    if star.mean is None or star.threshold is None:
        return None
    return star.scale.passes(star.mean, star.threshold)


def _error(run: Run) -> str:
    """What people have to know of why workers stopped, or of batches that were given up."""
    if run.halt_reason:
        return run.halt_reason
    failed = list(run.batches.filter(state=BatchState.FAILED).order_by("number"))
    if not failed:
        return ""
    places = sum(batch.stop - batch.start for batch in failed)
    return (
        f"{places:,} items could not be worked on. First reason: {failed[0].error or 'its workers stopped each time.'}"
    )


def _final_state(run: Run, run_metrics: list[RunMetric]) -> RunState:
    if run.state == RunState.CANCELLING and not run.halt_reason:
        return RunState.CANCELLED
    scored = sum(metric.n_scored for metric in run_metrics)
    if scored == run.item_count * len(run_metrics):
        return RunState.FINISHED
    return RunState.PARTIAL if scored else RunState.FAILED
