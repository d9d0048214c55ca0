"""What stands at the top of a run's page: verdict, facts, and what the person may do with the run."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from evalhub.accounts.access import Right, has_right, role_in
from evalhub.accounts.models import User
from metrics.grades import grade
from runs.causes import Cause, error_causes
from runs.choices import RunState
from runs.figures import mean_of, threshold_of
from runs.models import Run, RunMetric
from runs.progress import Progress, progress_of

RESUMABLE = frozenset({RunState.CANCELLED, RunState.FAILED, RunState.PARTIAL})


@dataclass(frozen=True, slots=True)
class RunHead:
    """The head of a run. `verdict` is the sentence that says why it passed or failed; empty while it cannot be said.

    `progress` is there while the run is live; `causes` say what went wrong in a run that is over; `judge_cost` is the
    part of the cost that judging took.
    """

    grade: str
    verdict: str
    judges: tuple[str, ...]
    may_change: bool
    may_delete: bool
    may_hand_out: bool
    is_resumable: bool
    progress: Progress | None
    causes: tuple[Cause, ...]
    judge_cost: Decimal


def run_head(run: Run, user: User) -> RunHead:
    """The head as this person sees it."""
    metrics = list(run.run_metrics.all())
    role = role_in(user, run.project.team)
    return RunHead(
        grade=grade(run.overall),
        verdict=_verdict(run, metrics),
        judges=tuple(dict.fromkeys(metric.judge_model for metric in metrics if metric.judge_model)),
        may_change=has_right(role, Right.START_RUN),
        may_delete=has_right(role, Right.DELETE),
        may_hand_out=has_right(role, Right.HAND_OUT_REVIEWS),
        is_resumable=run.state in RESUMABLE and run.done_count < run.item_count,
        progress=progress_of(run) if run.is_live else None,
        causes=tuple(error_causes(run)) if run.state in RESUMABLE else (),
        judge_cost=sum((metric.cost for metric in metrics), Decimal(0)),
    )


def _verdict(run: Run, metrics: list[RunMetric]) -> str:
    if run.passed is None:
        return ""
    word = "Passed" if run.passed else "Failed"
    star = next((metric for metric in metrics if metric.is_star), None)
    if star is not None and star.threshold is not None:
        return f"{word}: {star.name} is {mean_of(star, star.mean)}, wanted {threshold_of(star)}"
    overall = "–" if run.overall is None else f"{run.overall:.2f}"
    return f"{word}: overall is {overall}, wanted ≥ {run.quality_threshold:.2f}"
