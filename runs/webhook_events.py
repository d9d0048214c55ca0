"""What webhooks are told of runs and reviews: ids, names and numbers, never what a model said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from evalhub.accounts.models import User
from evalhub.core.addresses import page_address
from evalhub.webhooks.choices import EventType
from evalhub.webhooks.outbox import is_awaited, record_event
from evalhub.webhooks.services import project_content
from metrics.grades import grade
from runs.deltas import Delta
from runs.models import Review, Run, RunMetric, RunVerdict
from runs.regressions import deltas_by_metric, regressed_metrics, verdicts_against_baselines
from runs.tiles import baseline_of

_OF_RUNS = (EventType.RUN_FINISHED, EventType.RUN_REGRESSED)


def emit_run_over(run: Run, run_metrics: Sequence[RunMetric]) -> None:
    """Tell that the run is over, and that it fell behind where it did. The caller's transaction ends the run."""
    if not any(is_awaited(event, project_id=run.project_id) for event in _OF_RUNS):
        return
    run.refresh_from_db(fields=["finished_at"])
    baseline, verdicts = baseline_of(run), verdicts_against_baselines([run.pk]).get(run.pk, {})
    deltas = deltas_by_metric(run_metrics, baseline, verdicts)
    content = {
        "project": project_content(run.project),
        "run": _run_content(run),
        "metrics": [_metric_content(metric, deltas.get(metric.pk), verdicts.get(metric.key)) for metric in run_metrics],
        "baseline": None if baseline is None else _baseline_content(baseline, run),
    }
    record_event(EventType.RUN_FINISHED, project_id=run.project_id, subject=run.name, content=content)
    regressed = regressed_metrics(run_metrics, deltas) if run.is_finished else []
    if regressed:
        fallen: Mapping[str, Any] = {**content, "regressed_metrics": [metric.key for metric in regressed]}
        record_event(EventType.RUN_REGRESSED, project_id=run.project_id, subject=run.name, content=fallen)


def emit_review_assigned(review: Review, *, by: User) -> None:
    """Tell to whom the review was given. The caller's transaction gives it."""
    run, run_item = review.run, review.run_item
    content = {
        "project": project_content(run.project),
        "run": {"id": str(run.uuid), "name": run.name, "url": page_address(reverse("runs:run_detail", args=[run.pk]))},
        "item": {
            "ordinal": run_item.ordinal,
            "repeat": run_item.repeat,
            "key": run_item.item.key,
            "url": page_address(reverse("runs:item_detail", args=[run.pk, run_item.ordinal])),
        },
        "review": {"state": review.state, "assignee": _person(review.assignee), "assigned_by": _person(by)},
    }
    record_event(EventType.REVIEW_ASSIGNED, project_id=run.project_id, subject=run.name, content=content)


def _run_content(run: Run) -> dict[str, Any]:
    return {
        "id": str(run.uuid),
        "name": run.name,
        "url": page_address(reverse("runs:run_detail", args=[run.pk])),
        "state": run.state,
        "dataset": {"id": str(run.dataset.uuid), "name": run.dataset.name, "version": run.dataset_version.number},
        "target": {"id": str(run.target.uuid), "name": run.target.name, "version": run.target.version},
        "tags": run.tags,
        "commit_url": run.commit_url,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "items": {
            "total": run.item_count,
            "scored": run.scored_count,
            "errored": run.errored_count,
            "failing": run.failing_count,
        },
        "overall": run.overall,
        "grade": grade(run.overall) or None,
        "passed": run.passed,
    }


def _metric_content(metric: RunMetric, delta: Delta | None, verdict: RunVerdict | None) -> dict[str, Any]:
    return {
        "key": metric.key,
        "name": metric.name,
        "unit": metric.unit,
        "higher_is_better": metric.scale.higher_is_better,
        "mean": metric.mean,
        "interval": None if metric.ci_low is None else [metric.ci_low, metric.ci_high],
        "scored": metric.n_scored,
        "unscored": metric.n_unscored,
        "errored": metric.n_errored,
        "threshold": metric.threshold,
        "delta": None if delta is None else {"value": delta.value, "verdict": delta.words, **_tested(verdict)},
    }


def _tested(verdict: RunVerdict | None) -> dict[str, Any]:
    """What stands behind the words: the interval of the paired difference, its corrected p, and of how many items."""
    if verdict is None:
        return {"interval": None, "p": None, "items": None}
    interval = None if verdict.ci_low is None else [verdict.ci_low, verdict.ci_high]
    return {"interval": interval, "p": verdict.adjusted_p, "items": verdict.items}


def _baseline_content(baseline: Run, run: Run) -> dict[str, Any]:
    return {
        "id": str(baseline.uuid),
        "name": baseline.name,
        "url": page_address(reverse("runs:run_detail", args=[baseline.pk])),
        "overall": baseline.overall,
        "overall_delta": None if run.overall is None or baseline.overall is None else run.overall - baseline.overall,
    }


def _person(user: User | None) -> dict[str, Any] | None:
    return None if user is None else {"id": user.pk, "name": user.name}
