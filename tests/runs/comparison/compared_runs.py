"""Makers of runs over the same questions, to be compared: one column of values for each run and metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evalhub.accounts.models import Project
from runs.choices import BatchState, RunState
from runs.execution.closing import close_run
from runs.models import DatasetVersion, Run, RunBatch
from runs.packing import rebuild_columns
from tests.factories import make_dataset, make_run, make_target, make_version
from tests.runs.scored_runs import Answer, make_metric_of, write_answer

Values = Sequence[float | str | None]


def make_questions(project: Project, keys: Sequence[str], *, topics: Sequence[str] = ()) -> DatasetVersion:
    """A version with an item for each key; topics are dealt out in turn."""
    rows = [
        {"input": f"question {key}", "key": key, "metadata": {"topic": topics[place % len(topics)]} if topics else {}}
        for place, key in enumerate(keys)
    ]
    dataset = project.datasets.first() or make_dataset(project=project)
    version = make_version(dataset=dataset, rows=rows, number=dataset.versions.count() + 1)
    if topics:
        counts = [[topic, len(rows[place :: len(topics)])] for place, topic in enumerate(topics)]
        version.metadata_keys = {"topic": {"items": len(rows), "values": counts, "has_more": False}}
        version.save(update_fields=["metadata_keys"])
    return version


def make_compared_run(
    version: DatasetVersion,
    values: Mapping[str, Values],
    *,
    metrics: Mapping[str, Mapping[str, Any]],
    outputs: Sequence[str] = (),
    repeats: int = 1,
    **fields: Any,
) -> Run:
    """A finished run over the version; `values` has a list for each metric, repeats of an item one after another."""
    project, count = version.dataset.project, version.item_count * repeats
    name = fields.pop("name", f"run {Run.objects.count() + 1}")
    run = make_run(
        version=version,
        target=make_target(project=project, name=f"bot of {name}"),
        name=name,
        item_count=count,
        repeats=repeats,
        state=RunState.SCORING,
        **fields,
    )
    measured = {key: make_metric_of(run, key, dict(told)) for key, told in metrics.items()}
    items = list(version.items.order_by("ordinal"))
    for place in range(count):
        scores = {key: column[place] for key, column in values.items()}
        output = outputs[place] if outputs else f"answer {place}"
        first = next(iter(scores.values()), None)
        overall = first if isinstance(first, float) and 0 <= first <= 1 else None
        answer = Answer(output=output, scores=scores, explanation=f"said of {place}", overall=overall)
        write_answer(run, items[place // repeats], answer, run_metrics=measured, repeat=place % repeats)
    RunBatch.objects.create(run=run, number=0, start=0, stop=max(1, count), state=BatchState.DONE)
    rebuild_columns(run)
    close_run(run.pk)
    return fetched(run)[0]


def fetched(*runs: Run) -> list[Run]:
    """The runs as doors read them for a comparison."""
    found = Run.objects.with_names().with_metrics().in_bulk([run.pk for run in runs])
    return [found[run.pk] for run in runs]
