"""A run that a judge has scored, and people's verdicts on its items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evalhub.accounts.models import Project, User
from metrics.choices import MetricKind
from metrics.models import Metric
from runs.models import JudgeTrust, Override, Run
from runs.trust.measuring import measure_project
from tests.runs.scored_runs import Answer, make_scored_run

JUDGE = "politeness"
SOLID = {"kind": MetricKind.JUDGE, "name": "Politeness", "threshold": 0.5}


def judged_run(project: Project, values: Sequence[float], *, told: Mapping[str, Any] = SOLID, **fields: Any) -> Run:
    """A run with an item for each value that the judge gave."""
    answers = [Answer(input=f"question {place}", scores={JUDGE: value}) for place, value in enumerate(values)]
    run = make_scored_run(project=project, answers=answers, metrics={JUDGE: dict(told)}, **fields)
    run.run_metrics.update(judge_model="judge-1")
    return run


def judge_metric(project: Project) -> Metric:
    return Metric.objects.with_current_revision().get(team=project.team, key=JUDGE)


def say(run: Run, said: Mapping[int, float], *, by: User | None = None, annotator: str = "", **fields: Any) -> None:
    """One person's values by the items' ordinals, of the judge's own metric unless another is named."""
    metric = fields.pop("metric", None) or judge_metric(run.project)
    items = {item.ordinal: item for item in run.run_items.filter(ordinal__in=said)}
    Override.objects.bulk_create(
        Override(run=run, run_item=items[ordinal], metric=metric, author=by, annotator=annotator, value=value, **fields)
        for ordinal, value in said.items()
    )


def measured(project: Project) -> JudgeTrust:
    """The only measurement of the project, made anew."""
    measure_project(project.pk)
    return JudgeTrust.objects.get(project=project)
