"""Live counts of runs: how much is done, how fast, and how long it will still take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from runs.models import Run, RunBatch


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands; `done` and `total` count run items, the three below them scores."""

    done: int
    total: int
    scored: int
    unscored: int
    errored: int
    rate: float | None
    seconds_left: float | None


def progress_of(run: Run) -> Progress:
    """Where the run stands now."""
    return progress_of_each([run])[run.pk]


def progress_of_each(runs: Sequence[Run]) -> dict[int, Progress]:
    """Where each of the runs stands now, by one query over their batches."""
    counts = (
        RunBatch.objects.filter(run__in=runs)
        .order_by()
        .values("run_id")
        .annotate(done=Sum("n_done"), scored=Sum("n_scored"), unscored=Sum("n_unscored"), errored=Sum("n_errored"))
    )
    by_run: dict[int, Mapping[str, Any]] = {row["run_id"]: {**row} for row in counts}
    return {run.pk: _progress(run, by_run.get(run.pk, {})) for run in runs}


def _progress(run: Run, counts: Mapping[str, Any]) -> Progress:
    done = counts.get("done", 0)
    rate = _rate(done, run.started_at) if run.is_live else None
    return Progress(
        done=done,
        total=run.item_count,
        scored=counts.get("scored", 0),
        unscored=counts.get("unscored", 0),
        errored=counts.get("errored", 0),
        rate=rate,
        seconds_left=(run.item_count - done) / rate if rate else None,
    )


def _rate(done: int, since: datetime | None) -> float | None:
    """Run items a second; None before the first is done."""
    if not done or since is None:
        return None
    elapsed = (timezone.now() - since).total_seconds()
    return done / elapsed if elapsed > 0 else None
