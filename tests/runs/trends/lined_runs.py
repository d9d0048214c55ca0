"""Makers of runs of one target after another over the same questions, closed and compared as a worker does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from evalhub.accounts.models import Project
from runs.choices import BatchState, RunState
from runs.execution.closing import close_run
from runs.execution.comparing import compare_run
from runs.models import DatasetVersion, Run, RunBatch, Target
from runs.packing import rebuild_columns
from tests.factories import make_dataset, make_run, make_target, make_version
from tests.runs.scored_runs import Answer, make_metric_of, write_answer

ITEMS = 40
SHARE = {"name": "Relevance", "range_min": 0.0, "range_max": 1.0, "threshold": 0.5}


def make_line_version(project: Project, *, items: int = ITEMS, first: int = 0) -> DatasetVersion:
    """The next version of the project's questions: those from `first` on."""
    dataset = project.datasets.first() or make_dataset(project=project)
    rows = [{"input": f"question {number}", "key": f"q{number}"} for number in range(first, first + items)]
    return make_version(dataset=dataset, rows=rows, number=dataset.versions.count() + 1)


def values_around(mean: float, *, seed: int = 0, items: int = ITEMS) -> list[float]:
    """Items of unequal difficulty, always the same, and the chance of one run."""
    difficulty = np.random.default_rng(99).normal(0, 0.15, items)
    chance = np.random.default_rng(seed).normal(0, 0.05, items)
    values: list[float] = np.clip(mean + difficulty + chance, 0, 1).tolist()
    return values


def make_line_run(
    version: DatasetVersion,
    values: Mapping[str, Sequence[float | None]],
    *,
    target: str = "bot 1.0",
    metrics: Mapping[str, Mapping[str, Any]] | None = None,
    created_at: datetime | None = None,
    is_compared: bool = True,
    **fields: Any,
) -> Run:
    """A finished run of the target (`name version`); each metric has a value for every item."""
    name, _, number = target.partition(" ")
    project = version.dataset.project
    known = Target.objects.filter(project=project, name=name, version=number).first()
    run = make_run(
        version=version,
        target=known or make_target(project=project, name=name, version=number),
        state=RunState.SCORING,
        **{"name": f"run {Run.objects.count() + 1}", **fields},
    )
    measured = {key: make_metric_of(run, key, dict((metrics or {}).get(key, SHARE))) for key in values}
    for place, item in enumerate(version.items.order_by("ordinal")):
        scores = {key: column[place] for key, column in values.items()}
        first = next(iter(scores.values()))
        write_answer(run, item, Answer(scores=scores, overall=first, passed=None), run_metrics=measured, repeat=0)
    RunBatch.objects.create(run=run, number=0, start=0, stop=run.item_count, state=BatchState.DONE)
    rebuild_columns(run)
    assert close_run(run.pk)
    if created_at is not None:
        Run.objects.filter(pk=run.pk).update(created_at=created_at)
    if is_compared:
        assert compare_run(run.pk)
    return Run.objects.select_related("project__team", "target", "dataset").get(pk=run.pk)
