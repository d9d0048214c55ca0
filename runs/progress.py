"""How far a run is: counts from its batches, which are at most some hundred rows, whatever the run's size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum, Value
from django.db.models.functions import Coalesce, Now

from runs.choices import BatchState
from runs.models import Run, RunBatch

_OF_CALLS = {
    "answered": "n_answered",
    "calls": "n_calls",
    "cached": "n_cached",
    "retries": "n_retries",
    "rate_limited": "n_rate_limited",
    "in_flight": "in_flight",
}


@dataclass(frozen=True, slots=True)
class CallProgress:
    """What was asked of endpoints so far, and is being asked now. Costs are in US dollars."""

    answered: int
    calls: int
    cached: int
    retries: int
    rate_limited: int
    in_flight: int
    target_cost: Decimal
    judge_cost: Decimal

    def __bool__(self) -> bool:
        """Whether anybody was asked at all."""
        return bool(self.calls or self.cached or self.in_flight or self.retries)

    @property
    def cost(self) -> Decimal:
        return self.target_cost + self.judge_cost


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` run items have every score; `scored`, `unscored` and `errored` count scores, not items.

    `rate` is in items per second since the run was last started; it and `seconds_left` are None where there is nothing
    to tell from yet, `seconds_left` also when the run is over.
    """

    total: int
    done: int
    scored: int
    unscored: int
    errored: int
    batches: int
    batches_running: int
    batches_failed: int
    rate: float | None
    seconds_left: float | None
    traffic: CallProgress

    @property
    def share(self) -> float:
        return self.done / self.total if self.total else 0.0

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all."""
        return int(100 * self.share)


def progress_of(run: Run) -> Progress:
    """Where the run stands now, in two small queries."""
    counts = RunBatch.objects.filter(run_id=run.pk).aggregate(
        **{name: Coalesce(Sum(f"n_{name}"), Value(0)) for name in ("done", "scored", "unscored", "errored")},
        **{name: Coalesce(Sum(column), Value(0)) for name, column in _OF_CALLS.items()},
        **{name: Coalesce(Sum(name), Value(Decimal(0))) for name in ("target_cost", "judge_cost")},
        batches=Count("id"),
        batches_running=Count("id", filter=Q(state=BatchState.RUNNING)),
        batches_failed=Count("id", filter=Q(state=BatchState.FAILED)),
    )
    traffic = CallProgress(**{name: counts.pop(name) for name in (*_OF_CALLS, "target_cost", "judge_cost")})
    rate = _rate(run, counts["done"])
    left = run.item_count - counts["done"]
    return Progress(
        total=run.item_count,
        rate=rate,
        seconds_left=left / rate if rate and run.is_live else None,
        traffic=traffic,
        **counts,
    )


def _rate(run: Run, done: int) -> float | None:
    """Items per second. While a run is live, its `done_count` says what was done before it was started this time."""
    if run.started_at is None:
        return None
    ended = run.finished_at or _database_now(run)
    seconds = (ended - run.started_at).total_seconds()
    since_start = done - (run.done_count if run.is_live else 0)
    return since_start / seconds if since_start > 0 and seconds > 0 else None


def _database_now(run: Run) -> datetime:
    """By the clock that wrote `started_at`; this machine's may be another."""
    now: datetime = Run.objects.filter(pk=run.pk).values_list(Now(), flat=True).get()
    return now
