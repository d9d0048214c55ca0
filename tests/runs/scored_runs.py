"""Makers of runs that are scored already, from plain rows: what was asked, what was answered, what each metric said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from evalhub.accounts.models import Project
from metrics.choices import ScoreStatus
from metrics.models import Metric
from runs.choices import BatchState, ItemState, RunState
from runs.execution.closing import close_run
from runs.models import Item, Run, RunBatch, RunItem, RunMetric, Score
from runs.packing import rebuild_columns
from tests.factories import make_dataset, make_metric, make_run, make_run_metric, make_version

ERROR = "errored"


@dataclass(frozen=True)
class Answer:
    """One run item. `scores` maps a metric to its value, to None (unscored) or to `ERROR`."""

    input: str = "question"
    output: str = "answer"
    scores: Mapping[str, float | str | None] = field(default_factory=dict)
    explanation: str = ""
    expected: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    overall: float | None = None
    passed: bool | None = None
    error: str = ""


def make_scored_run(
    *,
    project: Project,
    answers: Sequence[Answer],
    metrics: Mapping[str, Mapping[str, Any]],
    repeats: int = 1,
    is_over: bool = True,
    dataset: str = "Questions",
    **fields: Any,
) -> Run:
    """A run with the answers in order, repeats of an item one after another; `metrics` holds fields of each."""
    rows = [
        {"input": answer.input, "key": f"q{place}", "expected": answer.expected, "metadata": dict(answer.metadata)}
        for place, answer in enumerate(answers[::repeats])
    ]
    version = make_version(dataset=make_dataset(project=project, name=dataset), rows=rows)
    run = make_run(
        version=version,
        item_count=len(answers),
        repeats=repeats,
        state=RunState.SCORING,
        started_at=timezone.now(),
        **fields,
    )
    run_metrics = {key: make_metric_of(run, key, dict(told)) for key, told in metrics.items()}
    items = list(version.items.order_by("ordinal"))
    for place, answer in enumerate(answers):
        write_answer(run, items[place // repeats], answer, run_metrics=run_metrics, repeat=place % repeats)
    RunBatch.objects.create(run=run, number=0, start=0, stop=max(1, len(answers)), state=BatchState.DONE)
    rebuild_columns(run)
    if is_over:
        close_run(run.pk)
    return Run.objects.get(pk=run.pk)


def make_metric_of(run: Run, key: str, fields: dict[str, Any]) -> RunMetric:
    own = {name: fields.pop(name) for name in ("threshold", "weight", "is_star", "is_sample") if name in fields}
    known = Metric.objects.filter(team=run.project.team, key=key).first()
    revision = known.revisions.get() if known else make_metric(key=key, project=run.project, **fields)
    return make_run_metric(run=run, revision=revision, **own)


def write_answer(run: Run, item: Item, answer: Answer, *, run_metrics: Mapping[str, RunMetric], repeat: int) -> None:
    run_item = RunItem.objects.create(
        project_id=run.project_id,
        run=run,
        item=item,
        ordinal=item.ordinal,
        repeat=repeat,
        state=ItemState.ERRORED if answer.error else ItemState.DONE,
        output=answer.output,
        error_message=answer.error,
        overall=answer.overall,
        passed=answer.passed,
    )
    Score.objects.bulk_create(
        Score(
            run=run,
            run_item=run_item,
            run_metric=run_metrics[key],
            project_id=run.project_id,
            explanation=answer.explanation,
            **_outcome(said),
        )
        for key, said in answer.scores.items()
    )


def _outcome(said: float | str | None) -> dict[str, Any]:
    if said is None:
        return {"status": ScoreStatus.UNSCORED, "reason": "unreadable"}
    if said == ERROR:
        return {"status": ScoreStatus.ERRORED, "reason": "judge_unreachable"}
    return {"status": ScoreStatus.SCORED, "value": said}
