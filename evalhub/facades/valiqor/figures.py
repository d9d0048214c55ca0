"""Numbers over many runs, read from what each run stored when it closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from evalhub.facades.valiqor.items import first_error
from evalhub.facades.valiqor.translate import JsonObject, iso, recent_run
from runs.choices import FINISHED_STATES, RunState
from runs.models import Run, RunBatch, RunMetric
from runs.models.run import RunQuerySet

PERIODS = {
    "last_24_hours": timedelta(hours=24),
    "last_7_days": timedelta(days=7),
    "last_30_days": timedelta(days=30),
    "last_90_days": timedelta(days=90),
}
_MOST_RECENT = 20
_NO_LIMIT = -1


def trends(project: Project, *, period: str, metrics: Sequence[str]) -> list[JsonObject]:
    """The mean of each metric on each day; all metrics, unless some are named. Raises `Invalid` for other periods."""
    if period not in PERIODS:
        raise Invalid("period_unknown", f"`period` must be one of {', '.join(PERIODS)}.", field="period")
    rows = RunMetric.objects.filter(
        run__project=project,
        run__deleted_at=None,
        run__state__in=FINISHED_STATES,
        run__finished_at__gte=timezone.now() - PERIODS[period],
        mean__isnull=False,
    )
    if metrics:
        rows = rows.filter(key__in=metrics)
    days = rows.annotate(day=TruncDate("run__finished_at", tzinfo=UTC)).values("day", "key")
    # The model's own order would be grouped by.
    points = days.annotate(score=Avg("mean"), run_count=Count("id")).order_by("day", "key")
    found = [
        {"date": f"{one['day']:%Y-%m-%d}", "metric": one["key"], "score": one["score"], "run_count": one["run_count"]}
        for one in points
    ]
    # A database may sort text by its language's rules.
    return sorted(found, key=lambda one: (one["date"], one["metric"]))


def project_stats(project: Project, runs: RunQuerySet) -> JsonObject:
    """What a project's runs come to, and the newest of them."""
    is_completed = Q(state__in=FINISHED_STATES)
    sums = runs.aggregate(
        total_runs=Count("id"),
        completed_runs=Count("id", filter=is_completed),
        failed_runs=Count("id", filter=Q(state=RunState.FAILED)),
        total_items=Coalesce(Sum("item_count"), 0),
        average_score=Avg("overall", filter=is_completed),
    )
    recent = list(runs.select_related("project").prefetch_related("run_metrics").order_by("-id")[:_MOST_RECENT])
    evaluated = evaluated_counts(recent)
    return {
        "project_id": str(project.uuid),
        "project_name": project.name,
        **sums,
        "recent_runs": [recent_run(run, evaluated=evaluated[run.pk]) for run in recent],
    }


def evaluated_counts(runs: Iterable[Run]) -> Mapping[int, int]:
    """How many rows of each run have a score: as stored for those that are over, else as their batches say."""
    counts = {run.pk: run.scored_count if run.is_over else 0 for run in runs}
    live = [run.pk for run in runs if not run.is_over]
    if live:
        done = RunBatch.objects.filter(run__in=live).values("run_id").annotate(done=Sum("n_done")).order_by()
        counts |= dict(done.values_list("run_id", "done"))
    return counts


def done_count(run: Run) -> int:
    """How many rows are through, with or without a score."""
    return run.done_count if run.is_over else evaluated_counts([run])[run.pk]


def error_of(run: Run) -> str:
    """Why the run failed; empty for one that did not."""
    if run.state != RunState.FAILED:
        return ""
    reason = run.error or first_error(run)
    return f"No row could be evaluated. {reason}".strip() if not run.error else reason


def usage(runs: RunQuerySet) -> JsonObject:
    """What a team used in this calendar month. Nothing is limited."""
    now = timezone.now()
    began = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sums = runs.filter(created_at__gte=began).aggregate(
        runs=Count("id"), tokens=Coalesce(Sum(F("input_tokens") + F("output_tokens")), 0)
    )
    counts = {"used": sums["runs"], "limit": _NO_LIMIT, "remaining": _NO_LIMIT}
    return {
        **dict.fromkeys(("total_api_usage", "evaluations_used"), sums["runs"]),
        **dict.fromkeys(("api_quota_limit", "evaluations_limit", "token_quota_limit"), _NO_LIMIT),
        **dict.fromkeys(("api_quota_remaining", "evaluations_remaining"), _NO_LIMIT),
        "token_usage": sums["tokens"],
        "services": {"evaluation": counts},
        "reset_date": iso(_next_month(began)),
    }


def _next_month(began: datetime) -> datetime:
    return (began + timedelta(days=32)).replace(day=1)


def query_list(values: Iterable[str]) -> list[Any]:
    """The values of a key that may be repeated, or hold several with commas between them, or both."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]
